// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const queriesFile = `[{"query": "fresh bread", "best": [1]}]`

// ask runs against a server that answers with the given status and body.
func ask(t *testing.T, status int, body string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"documents.txt": "a bicycle\n\na loaf\n", "queries.json": queriesFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer server.Close()
	var out strings.Builder
	err := run(t.Context(), &out, server.URL, dir, 3, 3)
	return out.String(), err
}

func TestAskPrintsTheDocumentsBestFirst(t *testing.T) {
	out, err := ask(t, http.StatusOK,
		`{"method_used":"hybrid","results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}`)
	if err != nil {
		t.Fatal(err)
	}
	first, second := strings.Index(out, "0.9000  [1] a loaf"), strings.Index(out, "0.1000  [0] a bicycle")
	if first < 0 || second < first || !strings.Contains(out, "hybrid, 2 documents") {
		t.Errorf("got:\n%s", out)
	}
}

func TestAskRefusesAnswersThatAreNotRankings(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"an error of the server is shown", 422, `{"message":"too long"}`, `422 Unprocessable Entity: {"message":"too long"}`},
		{"an answer that is no JSON", 200, `<html>`, "not JSON"},
		{"a document is missing", 200, `{"results":[{"index":1}]}`, "2 documents were sent, 1 are ranked"},
		{"a document comes twice", 200, `{"results":[{"index":1},{"index":1}]}`, "index 1"},
		{"a document was never sent", 200, `{"results":[{"index":1},{"index":2}]}`, "index 2"},
		{"the wrong document is on top", 200, `{"results":[{"index":0},{"index":1}]}`, "1 queries have a document on top"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ask(t, test.status, test.body)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestReadSampleChecksItsIndexes(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"documents.txt": "one\n", "queries.json": queriesFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readSample(dir); err == nil || !strings.Contains(err.Error(), "document 1 of 1") {
		t.Errorf("got error %v, want one naming the index", err)
	}
}
