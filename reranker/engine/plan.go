// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import "slices"

// plan divides sequences among micro-batches. It is reused between requests.
type plan struct {
	order  []int   // sequences, longest first
	bins   [][]int // sequences of each batch
	tokens []int   // of each batch
}

// minSplit is the number of tokens below which a batch is not worth dividing
// among workers: reading the weights would cost more than it saves.
const minSplit = 32

// divide fills the plan: batches of about batchTokens tokens and never more than
// capacity, a multiple of threads of them if there is enough work, and as equal
// as whole sequences allow, so that the workers finish together. Longest first
// into the emptiest batch does that within one sequence's length. No length
// is above capacity.
func (p *plan) divide(lengths []int, batchTokens, capacity, threads int) {
	total := 0
	p.order = p.order[:0]
	for i, n := range lengths {
		total += n
		p.order = append(p.order, i)
	}
	slices.SortFunc(p.order, func(i, j int) int {
		if lengths[i] != lengths[j] {
			return lengths[j] - lengths[i]
		}
		return i - j
	})
	p.reset(batches(total, batchTokens, threads, len(lengths)))
	for _, i := range p.order {
		b := p.emptiest()
		if p.tokens[b]+lengths[i] > capacity && p.tokens[b] > 0 {
			p.grow()
			b = len(p.bins) - 1
		}
		p.bins[b] = append(p.bins[b], i)
		p.tokens[b] += lengths[i]
	}
}

// batches is the number of batches to aim at.
func batches(total, batchTokens, threads, sequences int) int {
	n := (total + batchTokens - 1) / batchTokens
	if total >= threads*minSplit {
		n = (n + threads - 1) / threads * threads
	}
	return max(1, min(n, sequences))
}

func (p *plan) emptiest() int {
	best := 0
	for b, n := range p.tokens {
		if n < p.tokens[best] {
			best = b
		}
	}
	return best
}

func (p *plan) reset(n int) {
	p.bins, p.tokens = p.bins[:0], p.tokens[:0]
	for range n {
		p.grow()
	}
}

// grow adds an empty batch, in the memory of an earlier plan if there is some.
func (p *plan) grow() {
	p.tokens = append(p.tokens, 0)
	if len(p.bins) < cap(p.bins) {
		p.bins = p.bins[:len(p.bins)+1]
		p.bins[len(p.bins)-1] = p.bins[len(p.bins)-1][:0]
		return
	}
	p.bins = append(p.bins, nil)
}
