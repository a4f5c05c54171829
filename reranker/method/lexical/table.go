// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package lexical

import "math"

// Table knows the rarity of every id of a vocabulary.
type Table struct {
	idf []float32
}

// ByRank returns the table of a vocabulary of which only the size is known:
// an id is its own frequency rank. By Zipf's law a word's probability is
// proportional to 1/rank, hence its idf to the logarithm of its rank; it is
// scaled so that the rarest word has 1.
func ByRank(size int) *Table {
	t := &Table{idf: make([]float32, size)}
	top := math.Log1p(float64(size))
	for id := range t.idf {
		t.idf[id] = float32(math.Log1p(float64(id)) / top)
	}
	return t
}

// IDF returns the rarity of id, between 0 (says nothing) and 1. An id beyond
// the table counts as the rarest.
func (t *Table) IDF(id int32) float64 {
	if id < 0 {
		return 0
	}
	if int(id) >= len(t.idf) {
		return 1
	}
	return float64(t.idf[id])
}
