// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package lexical

import (
	"cmp"
	"math"
	"slices"
)

// Parameters of the saturation tf/(tf + K1*(1 - B + B*length/TypicalLength)):
// K1 and B are the usual ones for short passages, the length takes the place
// of a collection's mean, in WordPiece tokens.
const (
	K1            = 0.9
	B             = 0.4
	TypicalLength = 128
)

// Bag counts the terms of a text: WordPiece ids, as they are. Joining pieces
// to words and stemming them was measured and gains nothing here, because the
// embedding already knows about word forms.
type Bag struct {
	terms  []term // ascending ids
	length int
}

type term struct {
	id    int32
	count uint16
}

// NewBag counts ids. It keeps no reference to the slice.
func NewBag(ids []int32) Bag {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	distinct := 0
	for i, id := range sorted {
		if i == 0 || id != sorted[i-1] {
			distinct++
		}
	}
	b := Bag{terms: make([]term, 0, distinct), length: len(ids)}
	for i, id := range sorted {
		if i > 0 && id == sorted[i-1] {
			last := &b.terms[len(b.terms)-1]
			last.count = uint16(min(int(last.count)+1, math.MaxUint16))
			continue
		}
		b.terms = append(b.terms, term{id: id, count: 1})
	}
	return b
}

// Bytes returns the memory that the bag holds.
func (b Bag) Bytes() int { return 8 * cap(b.terms) }

// count returns how often id occurs.
func (b Bag) count(id int32) int {
	i, ok := slices.BinarySearchFunc(b.terms, id, func(t term, id int32) int { return cmp.Compare(t.id, id) })
	if !ok {
		return 0
	}
	return int(b.terms[i].count)
}

// Score returns the share of the query's rarity that the document covers,
//
//	sum_t idf(t) tf/(tf + norm) / sum_t idf(t)  over the distinct terms t of the query,
//
// which is 0 when no word is shared and below 1 always. A query without a
// word scores 0.
func (t *Table) Score(query, document Bag) float64 {
	covered, total := 0.0, 0.0
	norm := K1 * (1 - B + B*float64(document.length)/TypicalLength)
	for _, q := range query.terms {
		idf := t.IDF(q.id)
		if idf == 0 {
			continue
		}
		total += idf
		if tf := float64(document.count(q.id)); tf > 0 {
			covered += idf * tf / (tf + norm)
		}
	}
	if total == 0 {
		return 0
	}
	return covered / total
}
