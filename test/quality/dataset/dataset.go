// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package dataset reads a judged collection in the BEIR layout: corpus.jsonl.gz,
// queries.jsonl and qrels.tsv.
package dataset

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Env names the folder that holds one folder for each collection.
const Env = "RERANK_DATA"

// Names lists the collections that the quality report uses.
func Names() []string { return []string{"cranfield", "cacm"} }

// ErrAbsent says that the collections are not on this machine. They carry no
// licence that would let the project ship them.
var ErrAbsent = errors.New("judged collections are absent")

// Set is a collection.
type Set struct {
	Name      string
	Documents []Text
	Queries   []Text // those with a relevant document
	// Relevant holds the ids of the relevant documents by query id.
	Relevant map[string]map[string]bool
}

// Text is a document, title first, or a query.
type Text struct{ ID, Text string }

// Root returns the folder of the collections: $RERANK_DATA, else
// ../shared/data below root, the repository.
func Root(root string) (string, error) {
	dir := os.Getenv(Env)
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "data")
	}
	for _, name := range Names() {
		if _, err := os.Stat(filepath.Join(dir, name, "qrels.tsv")); err != nil {
			return "", fmt.Errorf("%w: set %s to a folder with %v in the BEIR layout: %w", ErrAbsent, Env, Names(), err)
		}
	}
	return dir, nil
}

// Load reads the collection called name below root.
func Load(root, name string) (*Set, error) {
	dir := filepath.Join(root, name)
	s := &Set{Name: name}
	var err error
	if s.Documents, err = readFile(filepath.Join(dir, "corpus.jsonl.gz"), gunzip(readTexts)); err != nil {
		return nil, err
	}
	if s.Relevant, err = readFile(filepath.Join(dir, "qrels.tsv"), readJudgements); err != nil {
		return nil, err
	}
	queries, err := readFile(filepath.Join(dir, "queries.jsonl"), readTexts)
	if err != nil {
		return nil, err
	}
	for _, q := range queries {
		if len(s.Relevant[q.ID]) > 0 {
			s.Queries = append(s.Queries, q)
		}
	}
	return s, nil
}

func readFile[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var zero T
	f, err := os.Open(path)
	if err != nil {
		return zero, err
	}
	defer f.Close()
	v, err := read(bufio.NewReader(f))
	if err != nil {
		return zero, fmt.Errorf("read %q: %w", path, err)
	}
	return v, nil
}

func gunzip[T any](read func(io.Reader) (T, error)) func(io.Reader) (T, error) {
	return func(r io.Reader) (T, error) {
		z, err := gzip.NewReader(r)
		if err != nil {
			var zero T
			return zero, err
		}
		return read(z)
	}
}

// readTexts reads one JSON object a line.
func readTexts(r io.Reader) ([]Text, error) {
	var texts []Text
	for dec := json.NewDecoder(r); ; {
		var line struct {
			ID    string `json:"_id"`
			Title string
			Text  string
		}
		if err := dec.Decode(&line); errors.Is(err, io.EOF) {
			return texts, nil
		} else if err != nil {
			return nil, fmt.Errorf("entry %d: %w", len(texts), err)
		}
		texts = append(texts, Text{ID: line.ID, Text: strings.TrimSpace(line.Title + " " + line.Text)})
	}
}

// readJudgements reads lines of query, document and grade after a heading.
// Every grade above zero counts as relevant.
func readJudgements(r io.Reader) (map[string]map[string]bool, error) {
	relevant := map[string]map[string]bool{}
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		fields := strings.Split(scanner.Text(), "\t")
		if n == 1 || len(fields) < 3 {
			continue
		}
		grade, err := strconv.Atoi(fields[2])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if grade <= 0 {
			continue
		}
		if relevant[fields[0]] == nil {
			relevant[fields[0]] = map[string]bool{}
		}
		relevant[fields[0]][fields[1]] = true
	}
	return relevant, scanner.Err()
}
