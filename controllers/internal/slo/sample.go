// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Bucket counts the observations up to and including its bound.
type Bucket struct {
	Bound float64
	Count float64
}

// Histogram is a cumulative histogram, by ascending bound, the last of which
// is +Inf.
type Histogram []Bucket

// Count is the number of observations.
func (h Histogram) Count() float64 {
	if len(h) == 0 {
		return 0
	}
	return h[len(h)-1].Count
}

// Within is the share of observations up to a bound; 1 without observations.
// A bound between two buckets counts as the lower one, which errs on the side
// of a miss.
func (h Histogram) Within(bound float64) float64 {
	total := h.Count()
	if total == 0 {
		return 1
	}
	var within float64
	for _, b := range h {
		if b.Bound <= bound*(1+1e-9) {
			within = b.Count
		}
	}
	return within / total
}

// Quantile is the lowest bound that covers a share of the observations; it is
// an upper bound of the true quantile. Above all finite bounds it is +Inf.
func (h Histogram) Quantile(share float64) float64 {
	need := share * h.Count()
	for _, b := range h {
		if b.Count >= need {
			return b.Bound
		}
	}
	return math.Inf(1)
}

// plus adds two histograms. Their bounds may differ while a rollout changes
// the targets; a bound that one of them lacks gets its count from the next
// lower one.
func (h Histogram) plus(other Histogram) Histogram {
	if len(h) == 0 || len(other) == 0 {
		return slices.Clone(slices.Concat(h, other))
	}
	bounds := make([]float64, 0, len(h)+len(other))
	for _, b := range slices.Concat(h, other) {
		bounds = append(bounds, b.Bound)
	}
	slices.Sort(bounds)
	var out Histogram
	for _, bound := range slices.Compact(bounds) {
		out = append(out, Bucket{bound, h.upTo(bound) + other.upTo(bound)})
	}
	return out
}

func (h Histogram) upTo(bound float64) float64 {
	var count float64
	for _, b := range h {
		if b.Bound <= bound {
			count = b.Count
		}
	}
	return count
}

// minus is what was observed since an earlier state of the same histogram.
func (h Histogram) minus(earlier Histogram) Histogram {
	out := slices.Clone(h)
	for i := range out {
		out[i].Count -= earlier.upTo(out[i].Bound)
	}
	return out
}

// late adds observations above every finite bound.
func (h Histogram) late(count float64) Histogram {
	if count == 0 {
		return h
	}
	return h.plus(Histogram{{math.Inf(1), count}})
}

func (h Histogram) sorted() Histogram {
	slices.SortFunc(h, func(a, b Bucket) int { return cmp.Compare(a.Bound, b.Bound) })
	return h
}

// Sample is what a pod counted since it started.
type Sample struct {
	At                 time.Time
	Rerank, Similarity Histogram
	// Refused counts requests that were turned away for want of capacity, or
	// whose time ran out: their callers got nothing.
	Refused float64
	// MemoryBytes is the memory of the process now.
	MemoryBytes float64
	// CPUSeconds is the CPU time of the process since it started.
	CPUSeconds float64
}

// restarted reports whether the process is another one than that of an earlier
// sample: counters only grow.
func (s Sample) restarted(earlier Sample) bool {
	return s.CPUSeconds < earlier.CPUSeconds || s.Rerank.Count() < earlier.Rerank.Count() ||
		s.Similarity.Count() < earlier.Similarity.Count() || s.Refused < earlier.Refused
}
