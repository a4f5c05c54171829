// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	env := func(name string) string {
		return map[string]string{"RERANKER_IMAGE": "reranker:env", "POD_NAMESPACE": "system"}[name]
	}
	o, err := parseOptions([]string{"--watch-namespaces=a, b,", "--selector=team=rag", "--leader-elect"}, env, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.image != "reranker:env" || o.namespace != "system" || !o.leaderElect || o.selector.String() != "team=rag" {
		t.Errorf("options = %+v", o)
	}
	if got := strings.Join(o.watchNamespaces, "|"); got != "a|b" {
		t.Errorf("namespaces = %q, want a|b", got)
	}
}

func TestWrongOptionsAreNamed(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--reranker-image (or RERANKER_IMAGE) is needed": {},
		"--workers is 0":              {"--reranker-image=i", "--workers=0"},
		"--slo-period is 1ms":         {"--reranker-image=i", "--slo-period=1ms"},
		"--slo-calm is 1s":            {"--reranker-image=i", "--slo-calm=1s"},
		"--selector":                  {"--reranker-image=i", "--selector=a in"},
		`unexpected argument "extra"`: {"--reranker-image=i", "extra"},
		"no-such-flag":                {"--no-such-flag"},
	} {
		_, err := parseOptions(args, func(string) string { return "" }, io.Discard)
		if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want it to say %q", args, err, want)
		}
	}
}

const sample = "apiVersion: quantumrerank.io/v1alpha1\nkind: Reranker\nmetadata: {name: search}\nspec: {method: hybrid}\n"

func TestPlanPrintsEveryChild(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := plan([]string{"--reranker-image=reranker:1"}, strings.NewReader(sample), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"kind: ServiceAccount", "kind: ConfigMap", "kind: NetworkPolicy", "kind: Deployment", "kind: Service",
		"kind: HorizontalPodAutoscaler", "kind: PodMonitor", "kind: PrometheusRule", "image: reranker:1", "namespace: default",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the plan has no %q", want)
		}
	}
}

func TestPlanRefusesWhatIsNoReranker(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"it holds a v1 Pod":     "apiVersion: v1\nkind: Pod\n",
		`unknown field "metod"`: strings.Replace(sample, "method", "metod", 1),
		"read -":                ":",
	} {
		err := plan(nil, strings.NewReader(text), io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want it to say %q", text, err, want)
		}
	}
}
