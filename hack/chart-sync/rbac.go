// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"
)

// Names of the two files of config/rbac that hold what the operator may do.
const (
	roleFile           = "role.yaml"
	leaderElectionFile = "leader_election_role.yaml"
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

func operatorRules(dir string) ([]byte, error) {
	all, err := readRules(filepath.Join(dir, roleFile), "ClusterRole")
	if err != nil {
		return nil, err
	}
	leader, err := readRules(filepath.Join(dir, leaderElectionFile), "Role")
	if err != nil {
		return nil, err
	}
	rules := chartRules{LeaderElection: leader}
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

// readRules returns the rules of the file's one role.
func readRules(path, kind string) ([]rbacv1.PolicyRule, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	// Role and ClusterRole have the same shape but for the aggregation rule.
	var role rbacv1.Role
	if err := yaml.UnmarshalStrict(content, &role); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if role.Kind != kind {
		return nil, fmt.Errorf("%s: kind is %q, want %s", path, role.Kind, kind)
	}
	if len(role.Rules) == 0 {
		return nil, fmt.Errorf("%s: no rules", path)
	}
	return role.Rules, nil
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
