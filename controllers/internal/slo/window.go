// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import "time"

// series holds the samples of one pod over the last window, oldest first.
type series struct {
	samples []Sample
}

// add appends a sample and forgets those that no longer count. One sample from
// before the window stays: differences are taken against it. A restarted
// process starts anew, and counts from zero.
func (s *series) add(sample Sample, window time.Duration) {
	if n := len(s.samples); n > 0 && sample.restarted(s.samples[n-1]) {
		s.samples = []Sample{{At: s.samples[n-1].At}}
	}
	s.samples = append(s.samples, sample)
	for len(s.samples) > 2 && sample.At.Sub(s.samples[1].At) >= window {
		s.samples = s.samples[1:]
	}
}

// since is what the pod did after a time, and how long that is.
func (s *series) since(after time.Time) (rerank, similarity Histogram, cpuSeconds float64, span time.Duration) {
	if len(s.samples) == 0 {
		return nil, nil, 0, 0
	}
	last, first := s.samples[len(s.samples)-1], s.samples[0]
	for _, sample := range s.samples {
		if !sample.At.After(after) {
			first = sample
		}
	}
	return last.Rerank.minus(first.Rerank), last.Similarity.minus(first.Similarity),
		last.CPUSeconds - first.CPUSeconds, last.At.Sub(first.At)
}

// Window is what all pods of a Reranker did together.
type Window struct {
	Rerank, Similarity Histogram
	// Pods is how many pods serve, Scraped how many of them answered.
	Pods, Scraped int
	// Span is how long the longest watched pod was watched.
	Span time.Duration
	// PeakMemoryBytes and PeakCores are the largest of a pod.
	PeakMemoryBytes, PeakCores float64
}

// add puts one pod's part in.
func (w *Window) add(s *series, after time.Time) {
	rerank, similarity, cpu, span := s.since(after)
	w.Rerank, w.Similarity = w.Rerank.plus(rerank), w.Similarity.plus(similarity)
	w.Span = max(w.Span, span)
	if n := len(s.samples); n > 0 {
		w.PeakMemoryBytes = max(w.PeakMemoryBytes, s.samples[n-1].MemoryBytes)
	}
	if span > 0 {
		w.PeakCores = max(w.PeakCores, cpu/span.Seconds())
	}
}

// blind reports whether fewer than half of the pods could be asked.
func (w *Window) blind() bool { return w.Scraped*2 < w.Pods }
