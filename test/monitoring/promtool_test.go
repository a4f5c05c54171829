// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build monitoring

package monitoring

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// tool finds a program that `make` built or found.
func tool(t *testing.T, name string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(root, "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("no %s: run `make bin/%[1]s` first", name)
	}
	return file
}

func promtool(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), tool(t, "promtool"), args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %q: %v\n%s", args, err, out)
	}
}

func writeRules(t *testing.T, file string, groups []group) {
	t.Helper()
	data, err := yaml.Marshal(map[string]any{"groups": groups})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAlertsFireWhenTheyShouldAndOnlyThen(t *testing.T) {
	for name, groups := range map[string][]group{"reranker": ofReranker(t), "chart": ofChart(t)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeRules(t, filepath.Join(dir, name+".rules.yaml"), groups)
			promtool(t, "check", "rules", filepath.Join(dir, name+".rules.yaml"))
			tests := read(t, "testdata/"+name+".test.yaml")
			for _, g := range groups {
				for _, r := range g.Rules {
					if !strings.Contains(tests, "alertname: "+r.Alert) {
						t.Errorf("%s has no test", r.Alert)
					}
					tests = strings.ReplaceAll(tests, `"SUMMARY:`+r.Alert+":"+r.Labels["severity"]+`"`, strconv.Quote(r.Annotations["summary"]))
					tests = strings.ReplaceAll(tests, `"RUNBOOK:`+r.Alert+`"`, strconv.Quote(r.Annotations["runbook_url"]))
				}
			}
			file := filepath.Join(dir, "tests.yaml")
			if err := os.WriteFile(file, []byte(tests), 0o600); err != nil {
				t.Fatal(err)
			}
			promtool(t, "test", "rules", file)
		})
	}
}

var grafana = regexp.MustCompile(`\$(__rate_interval|namespace|reranker)\b`)

// Prometheus itself parses every query of the dashboard.
func TestTheDashboardsQueriesAreWellFormed(t *testing.T) {
	var g group
	g.Name = "dashboard"
	for _, expressions := range queries(t) {
		for _, expr := range expressions {
			expr = grafana.ReplaceAllStringFunc(expr, func(variable string) string {
				if variable == "$__rate_interval" {
					return "5m"
				}
				return "x"
			})
			g.Rules = append(g.Rules, rule{Alert: "x", Expr: expr, Labels: map[string]string{"n": string(rune('a'+len(g.Rules)/26)) + string(rune('a'+len(g.Rules)%26))}})
		}
	}
	file := filepath.Join(t.TempDir(), "dashboard.rules.yaml")
	writeRules(t, file, []group{g})
	promtool(t, "check", "rules", "--lint=none", file)
}
