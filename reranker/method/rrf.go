// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"cmp"
	"slices"
)

// RRFConstant is the k of reciprocal rank fusion (Cormack, Clarke and
// Büttcher 2009).
const RRFConstant = 60

// RRF fuses rankings instead of scores: it returns for each document
//
//	sum_lists 1/(k + rank) / sum_lists 1/(k + 1)
//
// where each list holds one score for each document and the best has rank 1.
// Equal scores share a rank; a NaN ranks last. Unlike every other score, this
// one depends on the other documents of the request: it is for callers who
// know nothing about the scale of a list.
func RRF(k float64, lists ...[]float64) []float64 {
	if len(lists) == 0 {
		return nil
	}
	fused := make([]float64, len(lists[0]))
	for _, list := range lists {
		for i, rank := range ranks(list) {
			fused[i] += (k + 1) / (k + float64(rank)) / float64(len(lists))
		}
	}
	for i := range fused {
		fused[i] = unit(fused[i])
	}
	return fused
}

// ranks returns the rank of each score, 1 for the largest.
func ranks(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	out := make([]int, len(scores))
	for place, i := range order {
		out[i] = place + 1
		if place > 0 && scores[order[place-1]] == scores[i] {
			out[i] = out[order[place-1]]
		}
	}
	return out
}
