// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package lexical

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRarityGrowsWithTheRank(t *testing.T) {
	table := NewTable(nil)
	for id, want := range map[int32]float64{-1: 0, 0: 0, 101: 0, 1012: 0, 1995: 0, 30521: 1, 30522: 0, 1 << 30: 0} {
		if got := table.IDF(id); got != want {
			t.Errorf("IDF(%d) = %v, want %v", id, got, want)
		}
	}
	for id := int32(1996); id < 30521; id++ {
		if !(table.IDF(id) < table.IDF(id+1)) {
			t.Fatalf("IDF(%d) = %v is not below IDF(%d) = %v", id, table.IDF(id), id+1, table.IDF(id+1))
		}
	}
	if the := table.IDF(1996); the > 0.005 {
		t.Errorf(`"the" has rarity %v`, the)
	}
}

func TestTheFirstWordIsFoundInAVocabulary(t *testing.T) {
	vocabulary := []string{"[PAD]", "[unused1]", "[CLS]", "!", "7", "a", "é", "##s", "12", "the", "of", "##ing", "zebra"}
	table := NewTable(vocabulary)
	for id := range vocabulary {
		if got, want := table.IDF(int32(id)) > 0, id >= 9; got != want {
			t.Errorf("%q counts: %v, want %v", vocabulary[id], got, want)
		}
	}
	if got := NewTable([]string{}).IDF(0); got != 0 {
		t.Errorf("an empty vocabulary gives %v", got)
	}
	if got := NewTable([]string{"!", "?"}).IDF(1); got != 0 {
		t.Errorf("a vocabulary without words gives %v", got)
	}
}

func TestTheScoreCountsSharedRareWords(t *testing.T) {
	table := NewTable(nil)
	const the, of, wing, flutter, zebra = 1996, 1997, 5358, 23638, 29145
	score := func(q, d []int32) float64 { return table.Score(NewBag(q), NewBag(d)) }
	query := []int32{the, wing, of, flutter}
	ordered := map[string][2]float64{
		"nothing in common":      {score(query, []int32{zebra}), 0},
		"no query":               {score(nil, []int32{zebra}), 0},
		"a query of punctuation": {score([]int32{1012, 1029}, []int32{1012, 1029}), 0},
		"no document":            {score(query, nil), 0},
		"order and repetition of the query do not matter": {
			score([]int32{flutter, of, the, wing, wing}, []int32{wing, zebra}), score(query, []int32{wing, zebra}),
		},
	}
	for name, pair := range ordered {
		if pair[0] != pair[1] {
			t.Errorf("%s: %v, want %v", name, pair[0], pair[1])
		}
	}
	rising := []struct {
		name string
		doc  []int32
	}{
		{"a stop word", []int32{the, zebra, zebra, zebra}},
		{"a common word", []int32{wing, zebra, zebra, zebra}},
		{"a rare word", []int32{flutter, zebra, zebra, zebra}},
		{"a rare word twice", []int32{flutter, flutter, zebra, zebra}},
		{"both words", []int32{flutter, wing, zebra, zebra}},
		{"all words", []int32{flutter, wing, of, the}},
	}
	last := 0.0
	for _, r := range rising {
		got := score(query, r.doc)
		if got <= last || got >= 1 {
			t.Errorf("%s: %v, want above %v and below 1", r.name, got, last)
		}
		last = got
	}
	if long := score(query, slices.Repeat([]int32{flutter, zebra, zebra, zebra}, 1)); long <= score(query, append([]int32{flutter}, slices.Repeat([]int32{zebra}, 300)...)) {
		t.Error("a long document is not below a short one with the same match")
	}
}

// FuzzScore holds the bounds for ids that no tokenizer would give.
func FuzzScore(f *testing.F) {
	f.Add(uint64(1), 3, 9)
	f.Add(uint64(2), 0, 70_000)
	table := NewTable(nil)
	f.Fuzz(func(t *testing.T, seed uint64, n, m int) {
		rng := rand.New(rand.NewPCG(seed, 0))
		draw := func(n int) []int32 {
			ids := make([]int32, (n&(1<<17-1))%70_001)
			for i := range ids {
				ids[i] = int32(rng.Uint32()) >> rng.IntN(31)
			}
			return ids
		}
		q, d := draw(n), draw(m)
		before := slices.Clone(q)
		if x := table.Score(NewBag(q), NewBag(d)); !(x >= 0 && x < 1) {
			t.Errorf("score %v", x)
		}
		if !slices.Equal(q, before) {
			t.Error("the ids were changed")
		}
	})
}
