// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// grants flattens rules into "group/resource verb" lines, so that two ways of
// writing the same permissions compare as equal.
func grants(rules []rbacv1.PolicyRule) []string {
	var lines []string
	for _, rule := range rules {
		for _, verb := range rule.Verbs {
			for _, url := range rule.NonResourceURLs {
				lines = append(lines, url+" "+verb)
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					lines = append(lines, group+"/"+resource+" "+verb)
				}
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func rulesOf(t *testing.T, object *unstructured.Unstructured) []rbacv1.PolicyRule {
	t.Helper()
	var role rbacv1.Role
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
		t.Fatal(err)
	}
	return role.Rules
}

// configRules are the rules of the role in config/rbac of that kind whose name
// ends with suffix.
func configRules(t *testing.T, kind, suffix string) []rbacv1.PolicyRule {
	t.Helper()
	paths, err := filepath.Glob(root + "/config/rbac/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range ofKind(objects(t, string(content)), kind) {
			if strings.HasSuffix(object.GetName(), suffix) {
				return rulesOf(t, object)
			}
		}
	}
	t.Fatalf("no %s *%s in config/rbac", kind, suffix)
	return nil
}

func named(t *testing.T, all []*unstructured.Unstructured, kind, name string) *unstructured.Unstructured {
	t.Helper()
	for _, object := range ofKind(all, kind) {
		if object.GetName() == name {
			return object
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return nil
}

func TestClusterWideGrantsAreThoseOfConfig(t *testing.T) {
	all := objects(t, render(t))
	operator := named(t, all, "ClusterRole", "quantumrerank-system-quantumrerank-operator")
	if diff := cmp.Diff(grants(configRules(t, "ClusterRole", "operator")), grants(rulesOf(t, operator))); diff != "" {
		t.Errorf("run `make chart-sync` (-config +chart):\n%s", diff)
	}
	leader := named(t, all, "Role", "quantumrerank-operator-leader-election")
	want := grants(configRules(t, "Role", "leader-election"))
	if diff := cmp.Diff(want, grants(rulesOf(t, leader))); diff != "" {
		t.Errorf("leader election; run `make chart-sync` (-config +chart):\n%s", diff)
	}
}

func TestWatchedNamespacesGetRolesAndNothingClusterWide(t *testing.T) {
	all := objects(t, render(t, "--set", "watchNamespaces={rag,search}", "--set", "rbac.aggregate=false"))
	for _, kind := range []string{"ClusterRole", "ClusterRoleBinding"} {
		if found := ofKind(all, kind); len(found) > 0 {
			t.Errorf("%d objects of kind %s", len(found), kind)
		}
	}
	for _, namespace := range []string{"rag", "search"} {
		for _, kind := range []string{"Role", "RoleBinding"} {
			found := slices.ContainsFunc(ofKind(all, kind), func(o *unstructured.Unstructured) bool {
				return o.GetNamespace() == namespace && o.GetName() == "quantumrerank-operator"
			})
			if !found {
				t.Errorf("no %s in namespace %s", kind, namespace)
			}
		}
	}
	for _, role := range ofKind(all, "Role") {
		for _, rule := range rulesOf(t, role) {
			if len(rule.NonResourceURLs) > 0 {
				t.Errorf("Role %s/%s has URLs, which no Role can grant", role.GetNamespace(), role.GetName())
			}
		}
	}
}

func TestPeopleGetTheRolesOfConfig(t *testing.T) {
	all := objects(t, render(t))
	for _, role := range []string{"editor", "viewer", "metrics-auth", "metrics-reader"} {
		rendered := named(t, all, "ClusterRole", "quantumrerank-system-quantumrerank-"+role)
		if diff := cmp.Diff(grants(configRules(t, "ClusterRole", role)), grants(rulesOf(t, rendered))); diff != "" {
			t.Errorf("%s; run `make chart-sync` (-config +chart):\n%s", role, diff)
		}
	}
}

// Least privilege that needs no cluster to see: no wildcards, no Secrets to
// list, no escalation.
func TestOperatorIsGrantedNothingDangerous(t *testing.T) {
	operator := named(t, objects(t, render(t)), "ClusterRole", "quantumrerank-system-quantumrerank-operator")
	for _, rule := range rulesOf(t, operator) {
		for _, list := range [][]string{rule.APIGroups, rule.Resources, rule.Verbs} {
			if slices.Contains(list, "*") {
				t.Errorf("wildcard in %+v", rule)
			}
		}
		for _, verb := range []string{"escalate", "bind", "impersonate"} {
			if slices.Contains(rule.Verbs, verb) {
				t.Errorf("verb %s in %+v", verb, rule)
			}
		}
		for _, resource := range []string{"secrets", "pods/exec", "clusterroles", "roles", "rolebindings"} {
			if slices.Contains(rule.Resources, resource) {
				t.Errorf("resource %s in %+v", resource, rule)
			}
		}
	}
}
