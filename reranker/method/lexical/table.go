// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package lexical

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The uncased English vocabulary of BERT, which nearly all of the encoders
// here share: its words begin with "the" at id 1996. What lies below are
// special tokens, unused slots, punctuation and single characters.
const (
	bertSize      = 30522
	bertFirstWord = 1996
)

// knee is the rank up to which words say next to nothing: the hundred most
// frequent words of English are half of all text.
const knee = 100

// Table knows the rarity of every id of a vocabulary. It is safe for
// concurrent use.
type Table struct {
	idf []float32
}

// NewTable returns the table of a WordPiece vocabulary, given in the order of
// its ids; nil means that of uncased English BERT.
//
// WordPiece vocabularies list words by falling frequency after their special
// and single-character entries. By Zipf's law the probability of the word of
// rank k goes as 1/k, so its inverse document frequency goes as log k:
//
//	idf(k) = log(1 + k/knee) / log(1 + K/knee),  K the last rank
//
// Entries before the first word have 0: punctuation, digits and letters match
// everywhere and mean nothing.
func NewTable(vocabulary []string) *Table {
	size, first := bertSize, bertFirstWord
	if vocabulary != nil {
		size, first = len(vocabulary), firstWord(vocabulary)
	}
	t := &Table{idf: make([]float32, size)}
	top := math.Log1p(float64(size-first) / knee)
	for id := first; id < size; id++ {
		t.idf[id] = float32(math.Log1p(float64(id-first+1)/knee) / top)
	}
	return t
}

// firstWord returns the id of the first entry of two or more letters that is
// neither a special token nor the inside of a word.
func firstWord(vocabulary []string) int {
	for id, entry := range vocabulary {
		if utf8.RuneCountInString(entry) > 1 && !strings.HasPrefix(entry, "##") &&
			strings.IndexFunc(entry, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 {
			return id
		}
	}
	return len(vocabulary)
}

// IDF returns the rarity of id, between 0 (says nothing) and 1 (the rarest).
// An id outside of the vocabulary has 0.
func (t *Table) IDF(id int32) float64 {
	if id < 0 || int(id) >= len(t.idf) {
		return 0
	}
	return float64(t.idf[id])
}
