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
func (s *series) since(after time.Time) (done Sample, span time.Duration) {
	if len(s.samples) == 0 {
		return Sample{}, 0
	}
	last, first := s.samples[len(s.samples)-1], s.samples[0]
	for _, sample := range s.samples {
		if !sample.At.After(after) {
			first = sample
		}
	}
	return Sample{
		At:         last.At,
		Rerank:     last.Rerank.minus(first.Rerank),
		Similarity: last.Similarity.minus(first.Similarity),
		Refused:    last.Refused - first.Refused,
		CPUSeconds: last.CPUSeconds - first.CPUSeconds,
	}, last.At.Sub(first.At)
}

// Window is what all pods of a Reranker did together.
type Window struct {
	Rerank, Similarity Histogram
	// Refused is how many requests got no answer for want of capacity.
	Refused float64
	// Pods is how many pods serve, Scraped how many of them answered.
	Pods, Scraped int
	// Span is how long the longest watched pod was watched.
	Span time.Duration
	// PeakMemoryBytes and PeakCores are the largest of a pod.
	PeakMemoryBytes, PeakCores float64
}

// add puts one pod's part in.
func (w *Window) add(s *series, after time.Time) {
	done, span := s.since(after)
	w.Rerank, w.Similarity = w.Rerank.plus(done.Rerank), w.Similarity.plus(done.Similarity)
	w.Refused += done.Refused
	w.Span = max(w.Span, span)
	if n := len(s.samples); n > 0 {
		w.PeakMemoryBytes = max(w.PeakMemoryBytes, s.samples[n-1].MemoryBytes)
	}
	if span > 0 {
		w.PeakCores = max(w.PeakCores, done.CPUSeconds/span.Seconds())
	}
}

// answered is the number of requests that got an answer, in a minute.
func (w *Window) answered() float64 {
	if w.Span <= 0 {
		return 0
	}
	return (w.Rerank.Count() + w.Similarity.Count()) / w.Span.Minutes()
}

// counted puts the refused requests among those that came too late: to a caller
// there is no difference. They count as reranks, which need the most capacity,
// unless there are none.
func (w *Window) counted() (rerank, similarity Histogram) {
	if w.Rerank.Count() == 0 && w.Similarity.Count() > 0 {
		return w.Rerank, w.Similarity.late(w.Refused)
	}
	return w.Rerank.late(w.Refused), w.Similarity
}

// blind reports whether fewer than half of the pods could be asked.
func (w *Window) blind() bool { return w.Scraped*2 < w.Pods }
