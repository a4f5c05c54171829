// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Models that test/parity/make_tiny.py wrote.
const (
	tinyCross = "../testdata/tiny-cross-encoder"
	tinyBi    = "../testdata/tiny-bi-encoder"
)

func TestOpenReadsACrossEncoder(t *testing.T) {
	m, err := Open(tinyCross)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want := Config{
		Architecture: CrossEncoder, HiddenSize: 32, Layers: 2, Heads: 4, Intermediate: 64, MaxPositions: 64,
		VocabSize: 292, TypeVocabSize: 2, LayerNormEps: 1e-12, HiddenAct: "gelu", MaxTokens: 64, NumLabels: 1,
	}
	if diff := cmp.Diff(want, m.Config); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if w, err := m.Tensor("classifier.weight", 1, 32); err != nil || len(w) != 32 {
		t.Errorf("classifier has %d weights, error %v", len(w), err)
	}

	var golden struct {
		MaxTokens int `json:"max_tokens"`
		Pairs     []struct {
			Query, Document string
			IDs             []int32 `json:"ids"`
			Segments        []int   `json:"segments"`
		} `json:"pairs"`
	}
	read(t, filepath.Join(tinyCross, "expected.json"), &golden)
	if len(golden.Pairs) != 20 {
		t.Fatalf("golden file has %d pairs, want 20", len(golden.Pairs))
	}
	for _, p := range golden.Pairs {
		ids, first, total := m.Tokenizer.EncodePair(nil, p.Query, p.Document, golden.MaxTokens)
		if diff := cmp.Diff(p.IDs, ids); diff != "" {
			t.Errorf("ids of %q, %q (-want +got):\n%s", p.Query, p.Document, diff)
		}
		segments := 0
		for _, s := range p.Segments {
			segments += 1 - s
		}
		if first != segments {
			t.Errorf("first segment of %q, %q has %d ids, want %d", p.Query, p.Document, first, segments)
		}
		if total < len(ids) || (total > golden.MaxTokens) != (total > len(ids)) {
			t.Errorf("total of %q, %q is %d with %d ids", p.Query, p.Document, total, len(ids))
		}
	}
}

func TestOpenReadsABiEncoderInHalfPrecision(t *testing.T) {
	m, err := Open(tinyBi)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	want := Config{
		Architecture: BiEncoder, HiddenSize: 32, Layers: 2, Heads: 4, Intermediate: 64, MaxPositions: 64,
		VocabSize: 292, TypeVocabSize: 2, LayerNormEps: 1e-12, HiddenAct: "gelu", MaxTokens: 48,
		Pooling: CLS, Normalize: true, QueryPrefix: "who: ", DocumentPrefix: "what: ", Similarity: "cosine",
	}
	if diff := cmp.Diff(want, m.Config); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if w, err := m.Tensor("encoder.layer.1.output.dense.weight", 32, 64); err != nil || len(w) != 2048 {
		t.Errorf("tensor has %d weights, error %v", len(w), err)
	}
	info, err := m.Inspect()
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for _, s := range m.Config.specs() {
		n := 1
		for _, d := range s.shape {
			n *= d
		}
		used += n
	}
	if info.Parameters != used {
		t.Errorf("inspect counts %d parameters, the architecture has %d", info.Parameters, used)
	}
}

func read(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
