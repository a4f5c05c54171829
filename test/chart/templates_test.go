// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite the snapshots")

// valueFiles are the sets of values that the snapshots are made with.
func valueFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.values.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/*.values.yaml (%v)", err)
	}
	return files
}

// chartWithFixedRules is the chart without what is copied from config/, which
// has tests of its own and changes with the operator.
func chartWithFixedRules(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(chart)); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "files", "rbac", "operator.yaml"), rules, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTemplatesMatchTheirSnapshots(t *testing.T) {
	dir := chartWithFixedRules(t)
	for _, file := range valueFiles(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".values.yaml")
		t.Run(name, func(t *testing.T) {
			got := renderFrom(t, dir, "--values", file, "--set", "crds.enabled=false")
			golden := filepath.Join("testdata", name+".golden.yaml")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("`make chart-golden` if this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

// Every object is read as strictly as an API server in strict mode would:
// unknown and doubled fields are errors.
func TestObjectsHaveOnlyFieldsThatTheAPIKnows(t *testing.T) {
	strict := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, file := range valueFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			checked := 0
			for _, document := range bytes.Split([]byte(render(t, "--values", file)), []byte("\n---\n")) {
				_, _, err := strict.Decode(document, nil, nil)
				if runtime.IsNotRegisteredError(err) {
					continue // CRDs and monitors are not among the built-in types
				}
				if err != nil {
					t.Errorf("%v in:\n%s", err, document)
				}
				checked++
			}
			if checked < 4 {
				t.Errorf("only %d objects were checked", checked)
			}
		})
	}
}

// YAML that names a key twice is refused by kustomize and by strict API servers.
func TestNoValueNamesAKeyTwice(t *testing.T) {
	all := objects(t, strictly(t, render(t,
		"--set-json", `podAnnotations={"kubectl.kubernetes.io/default-container":"mesh"}`,
		"--set-json", `commonLabels={"team":"all"}`,
		"--set-json", `podLabels={"team":"pods"}`,
		"--set-json", `metrics={"service":{"labels":{"team":"metrics"}},"serviceMonitor":{"enabled":true,"labels":{"team":"metrics"}},`+
			`"prometheusRule":{"enabled":true,"labels":{"team":"metrics"}},"dashboard":{"enabled":true,"labels":{"team":"metrics"}}}`)))
	pods, _, err := unstructured.NestedMap(named(t, all, "Deployment", "quantumrerank-operator").Object, "spec", "template", "metadata")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"kubectl.kubernetes.io/default-container": "mesh"}
	if diff := cmp.Diff(want, (&unstructured.Unstructured{Object: map[string]any{"metadata": pods}}).GetAnnotations()); diff != "" {
		t.Errorf("annotations of the pods (-want +got):\n%s", diff)
	}
	for _, kind := range []string{"Service", "ServiceMonitor", "PrometheusRule", "ConfigMap"} {
		for _, object := range ofKind(all, kind) {
			if got := object.GetLabels()["team"]; got != "metrics" {
				t.Errorf("%s: team = %q, want the nearer value", kind, got)
			}
		}
	}
}

// strictly fails for a key that stands twice in one map.
func strictly(t *testing.T, text string) string {
	t.Helper()
	for _, document := range strings.Split(text, "\n---\n") {
		if err := yaml.UnmarshalStrict([]byte(document), &map[string]any{}); err != nil {
			t.Errorf("%v in:\n%s", err, document)
		}
	}
	return text
}

// Two releases in one namespace must not share a lease, or one never acts. The
// usual name keeps the lease that the operator takes by itself.
func TestEveryReleaseHasItsOwnLease(t *testing.T) {
	for set, want := range map[string]string{"replicas=1": "quantumrerank-operator", "fullnameOverride=other": "other-operator"} {
		if text := render(t, "--set", set); !strings.Contains(text, "- --leader-election-id="+want+"\n") {
			t.Errorf("%s: the lease is not %s", set, want)
		}
	}
}

func TestLintIsClean(t *testing.T) {
	for _, file := range valueFiles(t) {
		if stdout, stderr, err := helm(t, "lint", "--strict", chart, "--values", file); err != nil {
			t.Errorf("%s: %v\n%s%s", file, err, stdout, stderr)
		}
	}
}

func TestNotesTellTheNextCommands(t *testing.T) {
	stdout, stderr, err := helm(t, "install", "quantumrerank", chart, "--dry-run=client", "--namespace", "quantumrerank-system")
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	_, notes, found := strings.Cut(stdout, "NOTES:\n")
	if !found {
		t.Fatal("no NOTES")
	}
	for _, want := range []string{
		"kubectl -n quantumrerank-system rollout status deployment/quantumrerank-operator",
		"kubectl apply -n default -f -",
		"kind: Reranker",
		"kubectl get rr -n default",
		"kubectl port-forward -n default service/search-reranker",
		"curl -s localhost:8000/v1/rerank",
	} {
		if !strings.Contains(notes, want) {
			t.Errorf("NOTES lack %q:\n%s", want, notes)
		}
	}
}
