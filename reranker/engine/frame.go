// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// frame is how many special tokens stand before and after every text.
type frame struct{ before, after int }

func (f frame) tokens() int { return f.before + f.after }

// prompts are the tokens that a model puts before texts of each kind. They have
// their part in what a text's tokens become, and are none of them.
type prompts [KindQuery + 1][]int32

func promptsOf(m *model.Model, f frame) (p prompts) {
	for kind := range p {
		ids, _ := m.Tokenizer.Encode(nil, prefix(&m.Config, Kind(kind)), 0)
		p[kind] = ids[f.before : len(ids)-f.after]
	}
	return p
}

// prefix is what the model wants before texts of a kind.
func prefix(c *model.Config, kind Kind) string {
	if kind == KindQuery {
		return c.QueryPrefix
	}
	return c.DocumentPrefix
}

// common is how many tokens both begin with.
func common(a, b []int32) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// frameOf finds the frame by comparing an empty text with one of a letter: what
// both begin with is before the text.
func frameOf(t *tokenizer.Tokenizer) frame {
	empty, _ := t.Encode(nil, "", 0)
	letter, _ := t.Encode(nil, "a", 0)
	f := frame{before: common(empty, letter)}
	f.after = len(empty) - f.before
	return f
}
