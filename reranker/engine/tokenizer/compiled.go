// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"encoding/json"
	"fmt"
	"unsafe"

	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// Names in the file.
const (
	factCompiled  = "tokenizer"
	sectionTrie   = "tokenizer.trie"
	cellIntegers  = int(unsafe.Sizeof(cell{}) / unsafe.Sizeof(int32(0)))
	longestLabels = 256
)

// compiled is what a compiled tokenizer keeps beside its trie. The vocabulary
// and the searches in it are what reading tokenizer.json spends its time on; the
// tables of characters are not kept, because they belong to this program.
type compiled struct {
	Unk, Continuing                int32
	MaxChars, VocabSize            int
	Before, After                  []int32
	PairBefore, Between, PairAfter []int32
	Special                        []int32
	Added                          []addedToken
	Clean, Chinese, Strip, Lower   bool
}

// Compile adds the tokenizer to a file, in a form that is ready for use.
func (t *Tokenizer) Compile(d *sealed.Draft) error {
	f, n := &t.frame, t.normalizer
	fact, err := json.Marshal(compiled{
		Unk: t.unk, Continuing: t.continuing, MaxChars: t.maxChars, VocabSize: t.vocabSize,
		Before: f.before, After: f.after, PairBefore: f.pairBefore, Between: f.between, PairAfter: f.pairAfter,
		Special: t.special, Added: t.added,
		Clean: n.clean, Chinese: n.chinese, Strip: n.strip, Lower: n.lower,
	})
	if err != nil {
		return fmt.Errorf("compile tokenizer: %w", err)
	}
	d.Note(factCompiled, string(fact))
	sealed.Add(d, sectionTrie, t.trie.integers())
	return nil
}

// integers is the trie as it lies in memory.
func (t *trie) integers() []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(&t.cells[0])), len(t.cells)*cellIntegers)
}

// FromCompiled returns the tokenizer that Compile added to the file. It uses the
// file's memory: the file must stay open.
func FromCompiled(f *sealed.File) (*Tokenizer, error) {
	var c compiled
	if err := json.Unmarshal([]byte(f.Fact(factCompiled)), &c); err != nil {
		return nil, fmt.Errorf("compiled tokenizer: %w", err)
	}
	n := sealed.Length[int32](f, sectionTrie)
	integers, err := sealed.View[int32](f, sectionTrie, n)
	if err != nil {
		return nil, fmt.Errorf("compiled tokenizer: %w", err)
	}
	if n == 0 || n%cellIntegers != 0 {
		return nil, fmt.Errorf("compiled tokenizer: a trie of %d integers: %w", n, sealed.ErrDamaged)
	}
	t := &Tokenizer{
		unk: c.Unk, continuing: c.Continuing, maxChars: c.MaxChars, vocabSize: c.VocabSize, special: c.Special,
		frame: frame{c.Before, c.After, c.PairBefore, c.Between, c.PairAfter},
		trie:  &trie{cells: unsafe.Slice((*cell)(unsafe.Pointer(&integers[0])), n/cellIntegers)},
	}
	if err := t.checkCompiled(); err != nil {
		return nil, fmt.Errorf("compiled tokenizer: %w", err)
	}
	if err := t.setAdded(c.Added); err != nil {
		return nil, fmt.Errorf("compiled tokenizer: %w", err)
	}
	t.setCharacters(normalizer{clean: c.Clean, chinese: c.Chinese, strip: c.Strip, lower: c.Lower})
	return t, nil
}

// checkCompiled makes sure that no text can lead out of the trie or to an id
// that is none.
func (t *Tokenizer) checkCompiled() error {
	cells := t.trie.cells
	for i := range cells {
		c := &cells[i]
		if c.base < 0 || int(c.base)+longestLabels > len(cells) || c.id < noToken || int(c.id) >= t.vocabSize || int(c.parent) >= len(cells) {
			return fmt.Errorf("cell %d of the trie leads nowhere: %w", i, sealed.ErrDamaged)
		}
	}
	if t.continuing != noNode && (t.continuing < 0 || int(t.continuing) >= len(cells)) {
		return fmt.Errorf("words go on at cell %d of %d: %w", t.continuing, len(cells), sealed.ErrDamaged)
	}
	if t.maxChars < 1 || t.maxChars > maxCharsLimit || t.vocabSize < 1 || t.vocabSize > maxID {
		return fmt.Errorf("words of %d characters, %d tokens: %w", t.maxChars, t.vocabSize, sealed.ErrDamaged)
	}
	f := &t.frame
	if len(f.before)+len(f.after) == 0 {
		return fmt.Errorf("nothing stands around a text: %w", sealed.ErrDamaged)
	}
	for _, ids := range [][]int32{{t.unk}, f.before, f.after, f.pairBefore, f.between, f.pairAfter, t.special} {
		for _, id := range ids {
			if id < 0 || int(id) >= t.vocabSize {
				return fmt.Errorf("special token %d of %d: %w", id, t.vocabSize, sealed.ErrDamaged)
			}
		}
	}
	return nil
}
