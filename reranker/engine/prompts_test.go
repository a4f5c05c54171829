// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"slices"
	"strings"
	"testing"
)

// The tiny bi-encoder wants words before queries and others before documents.
func TestAModelsPromptIsNoContent(t *testing.T) {
	e := openDir(t, tinyBi, Options{})
	c := &e.model.Config
	if c.QueryPrefix == "" || c.DocumentPrefix == "" {
		t.Fatal("the model has no prompts")
	}
	for kind, text := range map[Kind]string{KindQuery: "the river bank", KindDocument: "money"} {
		ids, _ := e.model.Tokenizer.Encode(nil, text, 0)
		want := ids[e.frame.before : len(ids)-e.frame.after]
		got, err := e.Encode(t.Context(), []string{text}, kind)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got[0].IDs, want) || got[0].Rows != len(want) || len(got[0].Tokens) != len(want)*e.encoder.Dim() {
			t.Errorf("kind %d: content is %v, want %v", kind, got[0].IDs, want)
		}
		// The states are those of the last tokens of the whole sequence, which the
		// prompt has its part in.
		whole, err := e.Encode(t.Context(), []string{prefix(c, kind) + text}, kind)
		if err != nil {
			t.Fatal(err)
		}
		if len(whole[0].IDs) <= len(want) {
			t.Errorf("kind %d: a prompt that is part of the text has gone too", kind)
		}
	}
}

func TestCountedTokensAreThoseThatAreRead(t *testing.T) {
	e := openDir(t, tinyBi, Options{})
	for _, kind := range []Kind{KindQuery, KindDocument} {
		for n := range e.Info().MaxTokens + 3 {
			text := strings.TrimSpace(strings.Repeat("the ", n))
			got, err := e.Encode(t.Context(), []string{text}, kind)
			if err != nil {
				t.Fatal(err)
			}
			if counted := e.CountTokens(kind, text); counted != got[0].TotalTokens {
				t.Errorf("kind %d: %d tokens counted, %d read", kind, counted, got[0].TotalTokens)
			}
			if fits := e.CountTokens(kind, text) <= e.Info().MaxTokens; fits == got[0].Truncated {
				t.Errorf("kind %d, %d words: fits %t, truncated %t", kind, n, fits, got[0].Truncated)
			}
			if longest := e.Info().MaxTokens - e.CountTokens(kind, ""); got[0].Rows != min(n, longest) {
				t.Errorf("kind %d, %d words: %d rows", kind, n, got[0].Rows)
			}
		}
	}
}
