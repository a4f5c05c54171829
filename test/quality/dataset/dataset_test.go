// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const judgements = "query-id\tcorpus-id\tscore\n1\td1\t1\n1\td2\t0\n1\td3\t-1\n2\td2\t3\n"

// writeSet writes a small collection and returns its root.
func writeSet(t *testing.T, name string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var corpus bytes.Buffer
	z := gzip.NewWriter(&corpus)
	for _, line := range []string{
		`{"_id": "d1", "title": "On wings", "text": "They lift."}`,
		`{"_id": "d2", "title": "", "text": "No title"}`,
	} {
		if _, err := z.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{
		"corpus.jsonl.gz": corpus.Bytes(),
		"queries.jsonl":   []byte(`{"_id": "1", "text": "wing"}` + "\n" + `{"_id": "9", "text": "nobody judged this"}` + "\n"),
		"qrels.tsv":       []byte(judgements),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLoad(t *testing.T) {
	got, err := Load(writeSet(t, "small"), "small")
	if err != nil {
		t.Fatal(err)
	}
	want := &Set{
		Name:      "small",
		Documents: []Text{{"d1", "On wings They lift."}, {"d2", "No title"}},
		Queries:   []Text{{"1", "wing"}},
		Relevant:  map[string]map[string]bool{"1": {"d1": true}, "2": {"d2": true}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	root := writeSet(t, "small")
	if err := os.WriteFile(filepath.Join(root, "small", "qrels.tsv"), []byte("h\n1\td1\tmany\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(root, "small"); err == nil || !strings.Contains(err.Error(), "qrels.tsv") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a grade that is no number: %v", err)
	}
	t.Setenv(Env, root)
	if _, err := Root("."); !errors.Is(err, ErrAbsent) {
		t.Errorf("a folder without the collections: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(judgements)
	f.Add(`{"_id": "1", "text": "wing"}{"_id":`)
	f.Add("h\n\t\t\n")
	f.Fuzz(func(t *testing.T, s string) {
		relevant, err := readJudgements(strings.NewReader(s))
		if err == nil {
			for q, docs := range relevant {
				if len(docs) == 0 {
					t.Errorf("query %q has an empty set", q)
				}
			}
		}
		if _, err := readTexts(strings.NewReader(s)); err == nil && strings.Contains(s, "{\"_id\":") && strings.HasSuffix(s, ":") {
			t.Error("a broken object was accepted")
		}
	})
}
