// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
)

func TestSplitByScope(t *testing.T) {
	verbs := []string{"get"}
	tests := []struct {
		name                string
		rule                rbacv1.PolicyRule
		namespaced, cluster []rbacv1.PolicyRule
	}{
		{
			name:       "a rule for namespaced resources stays whole",
			rule:       rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods", "services"}, Verbs: verbs},
			namespaced: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods", "services"}, Verbs: verbs}},
		},
		{
			name:       "a rule for both is parted by resource",
			rule:       rbacv1.PolicyRule{APIGroups: []string{""}, Resources: []string{"pods", "nodes"}, Verbs: verbs},
			namespaced: []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"pods"}, Verbs: verbs}},
			cluster:    []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes"}, Verbs: verbs}},
		},
		{
			name: "a name is cluster-scoped in its own group only",
			rule: rbacv1.PolicyRule{
				APIGroups: []string{"authentication.k8s.io", "example.com"}, Resources: []string{"tokenreviews"}, Verbs: verbs,
			},
			namespaced: []rbacv1.PolicyRule{{APIGroups: []string{"example.com"}, Resources: []string{"tokenreviews"}, Verbs: verbs}},
			cluster:    []rbacv1.PolicyRule{{APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"tokenreviews"}, Verbs: verbs}},
		},
		{
			name:    "a URL has no namespace",
			rule:    rbacv1.PolicyRule{NonResourceURLs: []string{"/metrics"}, Verbs: verbs},
			cluster: []rbacv1.PolicyRule{{NonResourceURLs: []string{"/metrics"}, Verbs: verbs}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			namespaced, cluster := splitByScope(test.rule)
			if diff := cmp.Diff(test.namespaced, namespaced); diff != "" {
				t.Errorf("namespaced (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.cluster, cluster); diff != "" {
				t.Errorf("cluster (-want +got):\n%s", diff)
			}
		})
	}
}

func TestValuesTable(t *testing.T) {
	got, err := valuesTable([]byte(`# A header that belongs to no value.

# The first,
# in two lines.
first: ""
group:
  # A list | with a bar.
  list: [a, b]
# A whole mapping.
whole:
  x: 1
`))
	if err != nil {
		t.Fatal(err)
	}
	want := "| value | default | what it does |\n|---|---|---|\n" +
		"| `first` | `\"\"` | The first, in two lines. |\n" +
		"| `group.list` | `[\"a\",\"b\"]` | A list \\| with a bar. |\n" +
		"| `whole` | `{\"x\":1}` | A whole mapping. |\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestValuesTableRefusesAValueWithoutComment(t *testing.T) {
	_, err := valuesTable([]byte("group:\n  bare: 1\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2: group.bare has no comment") {
		t.Errorf("got error %v, want one naming line and value", err)
	}
}

func TestSyncReplacesEverythingItMade(t *testing.T) {
	config, chart := t.TempDir(), t.TempDir()
	write(t, config, "crd/bases/things.yaml", "---\nkind: CustomResourceDefinition\nmetadata: {name: things}\n")
	write(t, config, "crd/bases/kustomization.yaml", "kind: Kustomization\n")
	write(t, config, "rbac/role.yaml", `---
kind: ClusterRole
metadata: {name: quantumrerank-operator}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}]
---
kind: Role
metadata: {name: quantumrerank-leader-election}
rules: [{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get]}]
`)
	for name, resource := range map[string]string{
		"metrics-auth": "tokenreviews", "metrics-reader": "anything", "editor": "rerankers", "viewer": "rerankers",
	} {
		write(t, config, "rbac/"+name+".yaml", "kind: ClusterRole\nmetadata: {name: quantumrerank-"+name+"}\n"+
			"rules: [{apiGroups: [x], resources: ["+resource+"], verbs: [get]}]\n")
	}
	write(t, chart, "values.yaml", "# One.\none: 1\n")
	write(t, chart, "README.md", "# Chart\n"+beginMarker+"old\n"+endMarker+"tail\n")
	write(t, chart, "files/crds/gone.yaml", "stale")

	if err := sync(config, chart); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(chart, "files/crds/gone.yaml")); !os.IsNotExist(err) {
		t.Errorf("a CRD that config does not have is still in the chart: %v", err)
	}
	for path, wants := range map[string][]string{
		"files/crds/things.yaml":   {"Made from config/crd/bases/things.yaml", "metadata: {name: things}"},
		"files/rbac/operator.yaml": {"- deployments", "- leases", "- tokenreviews", "- rerankers", "cluster: null"},
		"README.md":                {"# Chart\n", "| `one` | `1` | One. |", "tail\n"},
	} {
		got := read(t, chart, path)
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", path, want, got)
			}
		}
		if strings.Contains(got, "old\n") {
			t.Errorf("%s still has the old table", path)
		}
	}
	first := read(t, chart, "README.md")
	if err := sync(config, chart); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, read(t, chart, "README.md")); diff != "" {
		t.Errorf("a second run changes the README (-first +second):\n%s", diff)
	}
}

func TestOperatorRulesWantsOneRoleOfEach(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "role.yaml", "kind: ClusterRole\nmetadata: {name: x-operator}\nrules: [{verbs: [get]}]\n")
	_, err := operatorRules(dir)
	if err == nil || !strings.Contains(err.Error(), "want one Role *leader-election with rules, found 0") {
		t.Errorf("got error %v, want one naming the missing role", err)
	}
}

func TestSyncNamesWhatIsMissing(t *testing.T) {
	err := sync(t.TempDir(), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "make manifests") {
		t.Errorf("got error %v, want one that says what to run", err)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := writeIfChanged(filepath.Join(dir, name), []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
