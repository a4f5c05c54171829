// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// chartRules is what the chart's templates read.
type chartRules struct {
	// Namespaced rules go into a ClusterRole, or into one Role per watched
	// namespace.
	Namespaced []rbacv1.PolicyRule `json:"namespaced"`
	// Cluster rules make sense in a ClusterRole only.
	Cluster []rbacv1.PolicyRule `json:"cluster"`
	// LeaderElection rules go into a Role of the operator's own namespace.
	LeaderElection []rbacv1.PolicyRule `json:"leaderElection"`
	// MetricsAuth rules let the operator ask who reads its metrics,
	// MetricsReader rules let somebody read them.
	MetricsAuth   []rbacv1.PolicyRule `json:"metricsAuth"`
	MetricsReader []rbacv1.PolicyRule `json:"metricsReader"`
	// Editor and Viewer rules are for people.
	Editor []rbacv1.PolicyRule `json:"editor"`
	Viewer []rbacv1.PolicyRule `json:"viewer"`
}

// clusterScoped lists, by API group, the resources that have no namespace. A
// Role that named them would be accepted and would grant nothing.
var clusterScoped = map[string][]string{
	"":                             {"namespaces", "nodes", "persistentvolumes"},
	"apiextensions.k8s.io":         {"customresourcedefinitions"},
	"authentication.k8s.io":        {"tokenreviews"},
	"authorization.k8s.io":         {"subjectaccessreviews"},
	"admissionregistration.k8s.io": {"validatingadmissionpolicies", "validatingadmissionpolicybindings"},
	"rbac.authorization.k8s.io":    {"clusterroles", "clusterrolebindings"},
	"scheduling.k8s.io":            {"priorityclasses"},
	"storage.k8s.io":               {"storageclasses"},
}

// operatorRules collects the rules of every role in dir, each found by its kind
// and the end of its name.
func operatorRules(dir string) ([]byte, error) {
	roles, err := readRoles(dir)
	if err != nil {
		return nil, err
	}
	var rules chartRules
	var all []rbacv1.PolicyRule
	for _, role := range []struct {
		kind, suffix string
		rules        *[]rbacv1.PolicyRule
	}{
		{"ClusterRole", "operator", &all},
		{"Role", "leader-election", &rules.LeaderElection},
		{"ClusterRole", "metrics-auth", &rules.MetricsAuth},
		{"ClusterRole", "metrics-reader", &rules.MetricsReader},
		{"ClusterRole", "editor", &rules.Editor},
		{"ClusterRole", "viewer", &rules.Viewer},
	} {
		if *role.rules, err = only(roles, role.kind, role.suffix); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
	}
	for _, rule := range all {
		namespaced, cluster := splitByScope(rule)
		rules.Namespaced = append(rules.Namespaced, namespaced...)
		rules.Cluster = append(rules.Cluster, cluster...)
	}
	text, err := yaml.Marshal(rules)
	if err != nil {
		return nil, err
	}
	return append(fmt.Appendf(nil, header, "config/rbac"), text...), nil
}

// readRoles returns every Role and ClusterRole of the directory. The two have
// the same shape but for the aggregation rule.
func readRoles(dir string) ([]rbacv1.Role, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var roles []rbacv1.Role
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), len(content)+1)
		for {
			var role rbacv1.Role
			err := decoder.Decode(&role)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			if strings.HasSuffix(role.Kind, "Role") {
				roles = append(roles, role)
			}
		}
	}
	return roles, nil
}

// only returns the rules of the one role of the kind whose name ends with
// suffix.
func only(roles []rbacv1.Role, kind, suffix string) ([]rbacv1.PolicyRule, error) {
	var found []rbacv1.Role
	for _, role := range roles {
		if role.Kind == kind && strings.HasSuffix(role.Name, suffix) {
			found = append(found, role)
		}
	}
	if len(found) != 1 || len(found[0].Rules) == 0 {
		return nil, fmt.Errorf("want one %s *%s with rules, found %d", kind, suffix, len(found))
	}
	return found[0].Rules, nil
}

// splitByScope parts one rule into what a Role can grant and what only a
// ClusterRole can.
func splitByScope(rule rbacv1.PolicyRule) (namespaced, cluster []rbacv1.PolicyRule) {
	if len(rule.NonResourceURLs) > 0 {
		return nil, []rbacv1.PolicyRule{rule}
	}
	for _, group := range rule.APIGroups {
		inNamespace, inCluster := rule, rule
		inNamespace.APIGroups, inCluster.APIGroups = []string{group}, []string{group}
		isCluster := func(resource string) bool { return slices.Contains(clusterScoped[group], resource) }
		inNamespace.Resources = slices.DeleteFunc(slices.Clone(rule.Resources), isCluster)
		inCluster.Resources = slices.DeleteFunc(slices.Clone(rule.Resources), func(r string) bool { return !isCluster(r) })
		if len(inNamespace.Resources) > 0 {
			namespaced = append(namespaced, inNamespace)
		}
		if len(inCluster.Resources) > 0 {
			cluster = append(cluster, inCluster)
		}
	}
	return namespaced, cluster
}
