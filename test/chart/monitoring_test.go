// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func TestTheDashboardArrivesWhole(t *testing.T) {
	all := objects(t, render(t, "--set", "metrics.dashboard.enabled=true"))
	board := named(t, all, "ConfigMap", "quantumrerank-dashboard")
	if board.GetLabels()["grafana_dashboard"] != "1" {
		t.Errorf("Grafana's sidecar does not see it: labels %v", board.GetLabels())
	}
	text, _, err := unstructured.NestedString(board.Object, "data", "quantumrerank.json")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(chart + "/files/monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid([]byte(text)) || strings.TrimSpace(text) != strings.TrimSpace(string(want)) {
		t.Error("it is not the file")
	}
}

func TestADashboardWithoutLabelsRenders(t *testing.T) {
	all := objects(t, render(t, "--set", "metrics.dashboard.enabled=true", "--set-json", `metrics.dashboard.labels={"grafana_dashboard":null}`))
	board := named(t, all, "ConfigMap", "quantumrerank-dashboard")
	if board.GetLabels()["app.kubernetes.io/part-of"] != "quantumrerank" {
		t.Errorf("labels = %v", board.GetLabels())
	}
}

func TestRulesNameTheReleasesNamespaceAndKeepTheirTemplates(t *testing.T) {
	rendered := render(t, "--set", "metrics.prometheusRule.enabled=true")
	rule := named(t, objects(t, rendered), "PrometheusRule", "quantumrerank-operator")
	text, err := yaml.Marshal(rule.Object)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`namespace="quantumrerank-system"`, "{{ $labels.name }}"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "NAMESPACE") {
		t.Error("a placeholder was left")
	}
}

// `helm test` makes a Reranker that our own types can read, where the operator
// looks, and asks that one.
func TestTheReleasesTestAsksItsOwnReranker(t *testing.T) {
	for _, set := range []string{"replicas=1", "watchNamespaces={rag}", "fullnameOverride=" + strings.Repeat("x", 42)} {
		all := objects(t, render(t, "--set", set, "--set", "imagePullSecrets={pull}"))
		rerankers := ofKind(all, "Reranker")
		if len(rerankers) != 1 {
			t.Fatalf("%s: %d Rerankers", set, len(rerankers))
		}
		var rr v1alpha1.Reranker
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(rerankers[0].Object, &rr, true); err != nil {
			t.Error(err)
		}
		i := slices.IndexFunc(all, func(o *unstructured.Unstructured) bool { return o.GetKind() == "Pod" })
		pod := all[i]
		if pod.GetNamespace() != rr.Namespace || pod.GetAnnotations()["helm.sh/hook"] != "test" || rr.Annotations["helm.sh/hook"] != "test" {
			t.Errorf("%s: pod in %s, Reranker in %s, hooks %v", set, pod.GetNamespace(), rr.Namespace, pod.GetAnnotations())
		}
		if set == "watchNamespaces={rag}" && rr.Namespace != "rag" {
			t.Errorf("the Reranker is in %s, where no operator watches", rr.Namespace)
		}
		if pod.GetLabels()["app.kubernetes.io/name"] == "quantumrerank-operator" {
			t.Error("the operator's Service and disruption budget select the test's pod")
		}
		text, err := json.Marshal(pod.Object)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), `"http://`+rr.Name+`-reranker"`) {
			t.Errorf("%s: the pod does not ask %s-reranker: %s", set, rr.Name, text)
		}
	}
}
