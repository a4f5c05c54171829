// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Diversify orders documents by the quantum probability ranking principle
// (Zuccon and Azzopardi, ECIR 2010): greedily, the next document is the one
// with the largest
//
//	P_d - strength * sum over the chosen d' of sqrt(P_d P_d') sim(d, d')
//
// where P is the score of any method, in [0,1]. The sum is the interference
// of document d with those that the reader has seen: a near copy of a good
// document loses its place. strength 0 orders by score; 1 is the usual value.
//
// It returns the indices of the first k documents, then the rest by score.
// Ties go to the lower index. similarity must be symmetric; it is clipped to
// [0,1]. The cost is k times n similarities.
func Diversify(scores []float64, similarity func(i, j int) float64, strength float64, k int) []int {
	n := len(scores)
	k = max(min(k, n), 0)
	order := make([]int, 0, n)
	gain := make([]float64, n)
	for i, p := range scores {
		gain[i] = unit(p)
	}
	used := make([]bool, n)
	take := func() int {
		best := -1
		for i := range n {
			if !used[i] && (best < 0 || gain[i] > gain[best]) {
				best = i
			}
		}
		used[best] = true
		order = append(order, best)
		return best
	}
	for range k {
		chosen := take()
		for i := range n {
			if !used[i] {
				gain[i] -= strength * math.Sqrt(unit(scores[i])*unit(scores[chosen])) * unit(similarity(i, chosen))
			}
		}
	}
	for i, p := range scores { // the tail was not compared with all of the chosen
		gain[i] = unit(p)
	}
	for len(order) < n {
		take()
	}
	return order
}

// Similarity returns the cosine of two documents, or 0 if one has no vector.
func Similarity(a, b *Document) float64 {
	if a.pooled == nil || len(a.pooled) != len(b.pooled) {
		return 0
	}
	return linalg.Dot(a.pooled, b.pooled)
}
