// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"math/rand/v2"
	"testing"
)

func TestDividePlacesEverySequenceOnceWithinTheCapacity(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var p plan // one plan for all rounds: it is reused by requests
	for range 2000 {
		lengths := make([]int, 1+r.IntN(40))
		total, longest := 0, 0
		for i := range lengths {
			lengths[i] = 1 + r.IntN(64)
			total += lengths[i]
			longest = max(longest, lengths[i])
		}
		batch, threads := 1+r.IntN(128), 1+r.IntN(8)
		capacity := max(batch, 64)
		p.divide(lengths, batch, capacity, threads)

		seen := make([]int, len(lengths))
		for b, bin := range p.bins {
			tokens := 0
			for _, i := range bin {
				seen[i]++
				tokens += lengths[i]
			}
			if tokens != p.tokens[b] || tokens > capacity || tokens == 0 {
				t.Fatalf("batch %d has %d tokens, noted %d, capacity %d", b, tokens, p.tokens[b], capacity)
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("sequence %d is in %d batches", i, n)
			}
		}
	}
}

func TestDivideGivesEveryThreadAboutTheSame(t *testing.T) {
	lengths := make([]int, 100)
	for i := range lengths {
		lengths[i] = 20 + i*37%200
	}
	var p plan
	p.divide(lengths, 192, 256, 2)
	if len(p.bins)%2 != 0 {
		t.Errorf("%d batches for 2 threads", len(p.bins))
	}
	least, most := p.tokens[0], p.tokens[0]
	for _, n := range p.tokens {
		least, most = min(least, n), max(most, n)
	}
	if most-least > 64 {
		t.Errorf("batches have %d to %d tokens, want them more equal", least, most)
	}
}

func TestDivideDoesNotSplitWhatIsTooLittle(t *testing.T) {
	var p plan
	p.divide([]int{10, 12}, 192, 256, 2)
	if len(p.bins) != 1 {
		t.Errorf("two texts of 22 tokens are in %d batches, want 1", len(p.bins))
	}
}
