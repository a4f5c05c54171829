// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

const beginPod, endPod = "<!-- pod: begin -->\n", "<!-- pod: end -->\n"

var (
	helpLine   = regexp.MustCompile(`(?m)^# HELP (quantumrerank_\S+) (.*)$`)
	typeLine   = regexp.MustCompile(`(?m)^# TYPE (quantumrerank_\S+) (\S+)$`)
	sampleLine = regexp.MustCompile(`(?m)^(quantumrerank_[a-z0-9_]+)\{([^}]*)\}`)
	labelName  = regexp.MustCompile(`([a-z_]+)="`)
)

// The page of metrics names exactly what a real server exposes before its first
// request, which also means that every series exists from the start.
func TestThePageOfMetricsIsWhatAServerExposes(t *testing.T) {
	p := serve(t)
	status, exposed := get(t, p.Metrics+"/metrics")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	table := metricsTable(exposed)
	file := filepath.Join(modeltest.Root(t), "docs", "metrics.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(data), beginPod)
	documented, tail, closed := strings.Cut(rest, endPod)
	if !found || !closed {
		t.Fatal("docs/metrics.md has lost its markers")
	}
	if *update {
		if err := os.WriteFile(file, []byte(head+beginPod+table+endPod+tail), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(documented, table); diff != "" {
		t.Errorf("go test ./test/smoke -run PageOfMetrics -update (-documented +exposed):\n%s", diff)
	}
}

func metricsTable(page string) string {
	kinds, labels := map[string]string{}, map[string]map[string]bool{}
	for _, m := range typeLine.FindAllStringSubmatch(page, -1) {
		kinds[m[1]] = m[2]
	}
	for _, m := range sampleLine.FindAllStringSubmatch(page, -1) {
		name := m[1]
		if _, ok := kinds[name]; !ok { // a part of a histogram
			name = name[:strings.LastIndexByte(name, '_')]
		}
		if labels[name] == nil {
			labels[name] = map[string]bool{}
		}
		for _, l := range labelName.FindAllStringSubmatch(m[2], -1) {
			if l[1] != "le" {
				labels[name][l[1]] = true
			}
		}
	}
	var out strings.Builder
	out.WriteString("| metric | kind | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range helpLine.FindAllStringSubmatch(page, -1) {
		names := strings.Join(slices.Sorted(maps.Keys(labels[m[1]])), ", ")
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s |\n", m[1], kinds[m[1]], names, strings.ReplaceAll(m[2], "|", `\|`))
	}
	return out.String()
}
