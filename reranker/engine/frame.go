// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import "github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"

// frame is how many special tokens stand before and after every text.
type frame struct{ before, after int }

func (f frame) tokens() int { return f.before + f.after }

// frameOf finds the frame by comparing an empty text with one of a letter: what
// both begin with is before the text.
func frameOf(t *tokenizer.Tokenizer) frame {
	empty, _ := t.Encode(nil, "", 0)
	letter, _ := t.Encode(nil, "a", 0)
	f := frame{}
	for f.before < len(empty) && f.before < len(letter) && empty[f.before] == letter[f.before] {
		f.before++
	}
	f.after = len(empty) - f.before
	return f
}
