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

// Ranking is one of the lists that RRF fuses.
type Ranking struct {
	// Scores holds one score for each document; the best has rank 1. Equal
	// scores share a rank, and a NaN ranks last.
	Scores []float64
	// Weight is the list's share; those of all lists sum to 1.
	Weight float64
}

// RRF fuses rankings instead of scores: it returns for each document
//
//	sum_lists weight (k + 1)/(k + rank)
//
// which is 1 for a document that leads every list. Unlike every other score,
// this one depends on the other documents of the request: it is for lists of
// whose scale nothing is known.
func RRF(k float64, lists ...Ranking) []float64 {
	if len(lists) == 0 {
		return nil
	}
	fused := make([]float64, len(lists[0].Scores))
	for _, list := range lists {
		if list.Weight == 0 {
			continue
		}
		for i, rank := range ranks(list.Scores) {
			fused[i] += list.Weight * (k + 1) / (k + float64(rank))
		}
	}
	for i := range fused {
		fused[i] = unit(fused[i])
	}
	return fused
}

// Fuse gives the hybrid scores of one list their values by reciprocal ranks,
// with the weights of the mixture; priors are the caller's scores, or nil.
// With Fusion Convex it changes nothing, because each score stands for itself.
func (s *Scorer) Fuse(scores []Score, priors []float64) {
	if s.fusion != RRFusion || len(scores) == 0 {
		return
	}
	w, third := s.ranks, make([]float64, len(scores))
	classical, quantum := make([]float64, len(scores)), make([]float64, len(scores))
	if priors != nil {
		w = s.ranksPrior
	}
	for i, x := range scores {
		classical[i], quantum[i], third[i] = x.Classical, x.Quantum, x.Lexical
		if priors != nil {
			third[i] = priors[i]
		}
	}
	fused := RRF(RRFConstant, Ranking{classical, w.classical}, Ranking{quantum, w.quantum}, Ranking{third, w.third})
	for i := range scores {
		if !scores[i].Degenerate {
			scores[i].Value = fused[i]
		}
	}
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
