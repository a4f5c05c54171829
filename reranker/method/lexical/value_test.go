// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package lexical

import (
	"math"
	"slices"
	"testing"
)

func TestTheScoreIsTheFormulas(t *testing.T) {
	table := NewTable(nil)
	const wing, flutter, zebra = 5358, 23638, 29145
	document := []int32{flutter, flutter, wing, zebra, zebra, zebra}
	norm := K1 * (1 - B + B*6/TypicalLength)
	part := func(id int32, tf float64) float64 { return table.IDF(id) * tf / (tf + norm) }
	want := (part(wing, 1) + part(flutter, 2)) / (table.IDF(wing) + table.IDF(flutter))
	if got := table.Score(NewBag([]int32{wing, flutter, 1012}), NewBag(document)); math.Abs(got-want) > 1e-12 {
		t.Errorf("score %v, want %v", got, want)
	}
}

func TestABagHoldsEachWordOnce(t *testing.T) {
	b := NewBag([]int32{7, 5, 7, 5, 7, 9})
	if len(b.terms) != 3 || cap(b.terms) != 3 || b.Bytes() != 24 || b.length != 6 {
		t.Errorf("%d words, room for %d, %d bytes, length %d", len(b.terms), cap(b.terms), b.Bytes(), b.length)
	}
	for id, want := range map[int32]int{5: 2, 7: 3, 9: 1, 6: 0} {
		if got := b.count(id); got != want {
			t.Errorf("word %d counts %d, want %d", id, got, want)
		}
	}
	if got := NewBag(slices.Repeat([]int32{1}, math.MaxUint16+2)).count(1); got != math.MaxUint16 {
		t.Errorf("a word that is everywhere counts %d", got)
	}
}
