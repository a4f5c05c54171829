// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
)

// sample is the text of test/sample: documents, and queries with the documents
// that answer them.
type sample struct {
	documents []string
	queries   []struct {
		Query string `json:"query"`
		Best  []int  `json:"best"`
	}
}

func readSample(t *testing.T) sample {
	t.Helper()
	dir := filepath.Join(root, "test", "sample")
	text, err := os.ReadFile(filepath.Join(dir, "documents.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			s.documents = append(s.documents, line)
		}
	}
	content, err := os.ReadFile(filepath.Join(dir, "queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &s.queries); err != nil {
		t.Fatal(err)
	}
	if len(s.documents) < 10 || len(s.queries) < 3 {
		t.Fatalf("test/sample has %d documents and %d queries", len(s.documents), len(s.queries))
	}
	return s
}

// checkRanking fails unless every document is ranked once, best first, with
// scores in [0,1], and one that answers the query is on top.
func checkRanking(t *testing.T, query string, best []int, documents int, got *rerank.Answer) {
	t.Helper()
	if len(got.Results) != documents {
		t.Fatalf("%q: %d of %d documents are ranked", query, len(got.Results), documents)
	}
	seen := map[int]bool{}
	previous := 1.0
	for _, result := range got.Results {
		if seen[result.Index] || result.Index < 0 || result.Index >= documents {
			t.Errorf("%q: index %d is unknown or comes twice", query, result.Index)
		}
		seen[result.Index] = true
		if result.Score < 0 || result.Score > previous {
			t.Errorf("%q: score %v after %v: want them falling, between 0 and 1", query, result.Score, previous)
		}
		previous = result.Score
	}
	if top := got.Results[0].Index; !slices.Contains(best, top) {
		t.Errorf("%q: document %d is on top, want one of %v", query, top, best)
	}
}
