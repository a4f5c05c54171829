// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sample is what a directory like test/sample holds.
type sample struct {
	Documents []string // documents.txt, one a line
	Queries   []query  // queries.json
}

// query is a question and the documents (by index) that answer it.
type query struct {
	Text string `json:"query"`
	Best []int  `json:"best"`
}

func (q query) isBest(index int) bool { return slices.Contains(q.Best, index) }

func readSample(dir string) (sample, error) {
	var got sample
	text, err := os.ReadFile(filepath.Join(dir, "documents.txt"))
	if err != nil {
		return got, err
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			got.Documents = append(got.Documents, line)
		}
	}
	path := filepath.Join(dir, "queries.json")
	content, err := os.ReadFile(path)
	if err != nil {
		return got, err
	}
	if err := json.Unmarshal(content, &got.Queries); err != nil {
		return got, fmt.Errorf("%s: %w", path, err)
	}
	if len(got.Documents) == 0 || len(got.Queries) == 0 {
		return got, fmt.Errorf("%s: %d documents and %d queries", dir, len(got.Documents), len(got.Queries))
	}
	for _, q := range got.Queries {
		for _, index := range q.Best {
			if index < 0 || index >= len(got.Documents) {
				return got, fmt.Errorf("%s: %q names document %d of %d", path, q.Text, index, len(got.Documents))
			}
		}
	}
	return got, nil
}
