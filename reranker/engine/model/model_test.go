// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

const defaultDigest = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

func openDefault(t testing.TB) *Model {
	t.Helper()
	m, err := Open(modeltest.Dir(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func TestOpenReadsTheDefaultModel(t *testing.T) {
	m := openDefault(t)
	want := Config{
		Architecture: BiEncoder, HiddenSize: 384, Layers: 6, Heads: 12, Intermediate: 1536,
		MaxPositions: 512, VocabSize: 30522, TypeVocabSize: 2, LayerNormEps: 1e-12, HiddenAct: "gelu",
		MaxTokens: 256, Pooling: Mean, Normalize: true,
	}
	if diff := cmp.Diff(want, m.Config); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
	if got := m.Tokenizer.VocabSize(); got != 30522 {
		t.Errorf("vocabulary has %d ids, want 30522", got)
	}
	for _, name := range []string{"embeddings.word_embeddings.weight", "bert.embeddings.word_embeddings.weight"} {
		w, err := m.Tensor(name, 30522, 384)
		if err != nil || len(w) != 30522*384 {
			t.Errorf("tensor %s has %d elements, error %v", name, len(w), err)
		}
	}
	if got := m.Digest(); got != defaultDigest {
		t.Errorf("digest %s, want %s", got, defaultDigest)
	}
	if err := m.Verify(defaultDigest); err != nil {
		t.Error(err)
	}
}
