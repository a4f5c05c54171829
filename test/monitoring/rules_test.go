// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

const (
	root      = "../.."
	dashboard = root + "/charts/quantumrerank/files/monitoring/dashboard.json"
)

// group is a group of a Prometheus rule file.
type group struct {
	Name  string `json:"name"`
	Rules []rule `json:"rules"`
}

type rule struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// ofReranker is what the operator makes for the Reranker rag/search.
func ofReranker(t *testing.T) []group {
	t.Helper()
	return rulesFor(t, v1alpha1.RerankerSpec{})
}

func rulesFor(t *testing.T, spec v1alpha1.RerankerSpec) []group {
	t.Helper()
	rr := &v1alpha1.Reranker{Spec: spec}
	rr.Name, rr.Namespace = "search", "rag"
	var out bytes.Buffer
	if err := controllers.Plan(rr, "reranker:v1", &out); err != nil {
		t.Fatal(err)
	}
	for _, document := range strings.Split(out.String(), "---\n") {
		var object struct {
			Kind string
			Spec struct{ Groups []group }
		}
		if err := yaml.Unmarshal([]byte(document), &object); err != nil {
			t.Fatal(err)
		}
		if object.Kind == "PrometheusRule" {
			return object.Spec.Groups
		}
	}
	t.Fatal("no PrometheusRule is made")
	return nil
}

// ofChart is what the chart brings.
func ofChart(t *testing.T) []group {
	t.Helper()
	data := read(t, root+"/charts/quantumrerank/files/monitoring/alerts.yaml")
	var file struct{ Groups []group }
	if err := yaml.UnmarshalStrict([]byte(strings.ReplaceAll(data, "NAMESPACE", "quantumrerank-system")), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups
}

func all(t *testing.T) []rule {
	t.Helper()
	var rules []rule
	for _, g := range append(ofReranker(t), ofChart(t)...) {
		rules = append(rules, g.Rules...)
	}
	if len(rules) < 25 {
		t.Fatalf("found %d alerts only", len(rules))
	}
	return rules
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var heading = regexp.MustCompile(`(?m)^### (\S+)$`)

func TestEveryAlertHasItsPageAndEveryPageItsAlert(t *testing.T) {
	var described []string
	for _, m := range heading.FindAllStringSubmatch(read(t, root+"/docs/operations.md"), -1) {
		described = append(described, m[1])
	}
	var names []string
	for _, r := range all(t) {
		names = append(names, r.Alert)
		if !slices.Contains(described, r.Alert) {
			t.Errorf("docs/operations.md has no heading %q", "### "+r.Alert)
		}
		if want := "/docs/operations.md#" + strings.ToLower(r.Alert); !strings.HasSuffix(r.Annotations["runbook_url"], want) {
			t.Errorf("%s links to %q, want ...%s", r.Alert, r.Annotations["runbook_url"], want)
		}
		if r.Annotations["summary"] == "" || !slices.Contains([]string{"info", "warning", "critical"}, r.Labels["severity"]) {
			t.Errorf("%s lacks a summary or a severity: %+v", r.Alert, r)
		}
	}
	for _, name := range described {
		if !slices.Contains(names, name) {
			t.Errorf("docs/operations.md explains %s, which is no alert", name)
		}
	}
}

var (
	series     = regexp.MustCompile(`\bquantumrerank_[a-z0-9_]+`)
	documented = regexp.MustCompile("(?m)^\\| `(quantumrerank_[a-z0-9_]+)`")
	suffix     = regexp.MustCompile(`_(bucket|count|sum)$`)
)

// known are the series that docs/metrics.md names; tests beside the server and
// the operator hold that page against what they really expose.
func known(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, m := range documented.FindAllStringSubmatch(read(t, root+"/docs/metrics.md"), -1) {
		names = append(names, m[1])
	}
	if len(names) < 40 {
		t.Fatalf("docs/metrics.md names %d series only", len(names))
	}
	return names
}

func checkSeries(t *testing.T, where, expr string) {
	t.Helper()
	names := known(t)
	for _, name := range series.FindAllString(expr, -1) {
		if name == "quantumrerank_io_reranker" { // a label
			continue
		}
		if !slices.Contains(names, name) && !slices.Contains(names, suffix.ReplaceAllString(name, "")) {
			t.Errorf("%s asks for %s, which nobody exposes (or docs/metrics.md lacks it)", where, name)
		}
	}
}

func TestAlertsAskForSeriesThatExist(t *testing.T) {
	for _, r := range all(t) {
		checkSeries(t, r.Alert, r.Expr)
	}
}

var statuses = regexp.MustCompile(`code=~"([0-9|]+)"`)

// Whoever is called for errors finds the same statuses on the page and on the
// dashboard.
func TestErrorsAreTheSameStatusesEverywhere(t *testing.T) {
	_, page, _ := strings.Cut(read(t, root+"/docs/operations.md"), "\n### RerankerErrors\n")
	page, _, _ = strings.Cut(page, "\n### ")
	panel := regexp.MustCompile(`"description": "(Errors of the server are .*)"`).FindString(read(t, dashboard))
	asked := 0
	for _, r := range all(t) {
		if r.Alert != "RerankerErrors" {
			continue
		}
		for _, code := range strings.Split(statuses.FindStringSubmatch(r.Expr)[1], "|") {
			asked++
			for where, text := range map[string]string{"docs/operations.md": page, "the dashboard": panel} {
				if !strings.Contains(text, code) {
					t.Errorf("%s does not say that %s is an error of the server: %s", where, code, text)
				}
			}
		}
	}
	if asked < 3 {
		t.Errorf("the alert asks for %d statuses only", asked)
	}
}

// queries are the expressions of the dashboard by panel.
func queries(t *testing.T) map[string][]string {
	t.Helper()
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, dashboard)), &board); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			out[p.Title] = append(out[p.Title], target.Expr)
		}
	}
	if len(out) < 20 {
		t.Fatalf("the dashboard has %d panels only", len(out))
	}
	return out
}

func TestTheDashboardAsksForSeriesThatExist(t *testing.T) {
	for panel, expressions := range queries(t) {
		for _, expr := range expressions {
			if strings.Contains(expr, "{pods}") {
				t.Errorf("panel %q: %s selects nothing", panel, expr)
			}
			checkSeries(t, "panel "+panel, expr)
		}
	}
}

var reasonConstant = regexp.MustCompile(`(?m)^\tReason[A-Za-z]+ += "([A-Za-z]+)"`)

func TestEveryReasonOfAConditionIsExplained(t *testing.T) {
	page := read(t, root+"/docs/operations.md")
	found := 0
	for _, file := range []string{"/api/v1alpha1/reranker_conditions.go", "/reranker/contract/settings.go"} {
		for _, m := range reasonConstant.FindAllStringSubmatch(read(t, root+file), -1) {
			found++
			if !strings.Contains(page, "`"+m[1]+"`") {
				t.Errorf("docs/operations.md does not explain the reason %s of %s", m[1], file)
			}
		}
	}
	if found < 40 {
		t.Errorf("found %d reasons only: are they elsewhere now?", found)
	}
}

var nameOfDesc = regexp.MustCompile(`fqName: "([^"]+)"`)

func TestThePageOfMetricsNamesWhatTheOperatorExposes(t *testing.T) {
	names := known(t)
	descriptions := make(chan *prometheus.Desc)
	go func() {
		controllers.NewMetrics(nil).Describe(descriptions)
		close(descriptions)
	}()
	count := 0
	for d := range descriptions {
		count++
		if name := nameOfDesc.FindStringSubmatch(d.String())[1]; !slices.Contains(names, name) {
			t.Errorf("docs/metrics.md lacks %s", name)
		}
	}
	if count < 4 {
		t.Errorf("the operator describes %d metrics only", count)
	}
}
