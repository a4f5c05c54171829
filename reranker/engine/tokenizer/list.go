// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import "slices"

// Vocabulary returns the tokens of the model in the order of their ids, "" where
// an id has none. Added tokens that are not part of the model's own vocabulary
// are not among them.
func (t *Tokenizer) Vocabulary() []string {
	words, cells := make([]string, t.vocabSize), t.trie.cells
	var letters []byte
	for i := range cells {
		if cells[i].id == noToken {
			continue
		}
		letters = letters[:0]
		for node := int32(i); node != root; {
			parent := cells[node].parent
			if parent < 0 || len(letters) > len(cells) {
				break // only in a trie that nothing here made
			}
			letters = append(letters, byte(node-cells[parent].base))
			node = parent
		}
		slices.Reverse(letters)
		words[cells[i].id] = string(letters)
	}
	return words
}
