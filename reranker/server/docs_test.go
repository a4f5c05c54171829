// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// TestTheDocumentListsEveryCodeUnderItsStatus reads the table of docs/http-api.md.
func TestTheDocumentListsEveryCodeUnderItsStatus(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(modeltest.Root(t), "docs", "http-api.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- codes: begin -->")
	table, _, _ = strings.Cut(table, "<!-- codes: end -->")
	var got, want []string
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_0-9]+)`").FindAllStringSubmatch(cells[2], -1) {
			got = append(got, strings.TrimSpace(cells[1])+" "+m[1])
		}
	}
	for _, c := range api.Codes() {
		want = append(want, fmt.Sprintf("%d %s", c.Status(), c))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes of the server (-) and of the document (+)\n%s", diff)
	}
	for _, r := range routes() {
		if strings.HasPrefix(r.path, "/page/") {
			continue // what the page is made of
		}
		path := strings.TrimPrefix(r.path, "/compat")
		if parts := strings.SplitN(path, "/", 3); path != r.path {
			path = "/" + parts[2]
		}
		if !strings.Contains(string(page), strings.TrimPrefix(path, "/v1/retrieval/{owner}")) {
			t.Errorf("%s is not in the document", r.path)
		}
	}
}
