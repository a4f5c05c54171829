// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package measure judges rankings: nDCG, reciprocal rank, and how sure a
// difference of two systems is.
package measure

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Order returns the indices of the scores, largest first; ties keep their
// order, which is that of the candidates.
func Order(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	return order
}

// NDCG returns the normalised discounted cumulative gain of the first k for
// binary judgements; relevant is how many relevant documents there are
// anywhere, found or not.
func NDCG(scores []float64, judged []bool, relevant, k int) float64 {
	gain, ideal := 0.0, 0.0
	for place, i := range Order(scores)[:min(k, len(scores))] {
		if judged[i] {
			gain += 1 / math.Log2(float64(place)+2)
		}
	}
	for place := range min(k, relevant) {
		ideal += 1 / math.Log2(float64(place)+2)
	}
	if ideal == 0 {
		return 0
	}
	return gain / ideal
}

// MRR returns the reciprocal rank of the first relevant document among the
// first k, or 0.
func MRR(scores []float64, judged []bool, k int) float64 {
	for place, i := range Order(scores)[:min(k, len(scores))] {
		if judged[i] {
			return 1 / float64(place+1)
		}
	}
	return 0
}

// Mean returns the mean of x.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// SD returns the standard deviation of x.
func SD(x []float64) float64 {
	mean, sum := Mean(x), 0.0
	for _, v := range x {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(x)))
}

// Bootstrap returns the central 95 % of the mean of a[i]-b[i] over resamples
// of the queries: the paired bootstrap.
func Bootstrap(a, b []float64, resamples int, seed uint64) (low, high float64) {
	rng := rand.New(rand.NewPCG(seed, seed))
	means := make([]float64, resamples)
	for r := range means {
		sum := 0.0
		for range a {
			i := rng.IntN(len(a))
			sum += a[i] - b[i]
		}
		means[r] = sum / float64(len(a))
	}
	slices.Sort(means)
	return means[resamples*25/1000], means[resamples*975/1000]
}
