// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"cmp"
	"math"
	"slices"
)

// Summary is one scenario in numbers. Shares are from 0 to 1; times are those
// of answered requests, in milliseconds.
type Summary struct {
	Scenario          string  `json:"scenario"`
	Requests          int     `json:"requests"`
	Answered          int     `json:"answered"`
	Sheds             int     `json:"sheds"`
	Errors            int     `json:"errors"`
	Seconds           float64 `json:"seconds"`
	RequestsPerSecond float64 `json:"requests_per_second"`
	DocumentsPerSec   float64 `json:"documents_per_second"`
	MeanMs            float64 `json:"mean_ms"`
	MedianMs          float64 `json:"median_ms"`
	P95Ms             float64 `json:"p95_ms"`
	P99Ms             float64 `json:"p99_ms"`
	MaxMs             float64 `json:"max_ms"`
	MinMs             float64 `json:"min_ms"`
	ErrorRate         float64 `json:"error_rate"`
	ShedRate          float64 `json:"shed_rate"`
	DegradedShare     float64 `json:"degraded_share"`
	Interrupted       bool    `json:"interrupted,omitempty"`
	// Causes are the kinds of errors and how often each came.
	Causes map[string]int `json:"causes,omitempty"`
}

// Summarize makes the numbers of a result.
func Summarize(r Result) Summary {
	s := Summary{Scenario: r.Scenario.String(), Requests: len(r.Samples), Seconds: r.Took.Seconds(), Interrupted: r.Interrupted}
	var times []float64
	sum, degraded, documents := 0.0, 0, 0
	for _, x := range r.Samples {
		switch x.Outcome {
		case Answered:
			times = append(times, 1000*x.Seconds)
			sum += 1000 * x.Seconds
			documents += x.Documents
			if x.Degraded {
				degraded++
			}
		case Shed:
			s.Sheds++
		case Failed:
			s.Errors++
			if s.Causes == nil {
				s.Causes = map[string]int{}
			}
			s.Causes[x.Err]++
		}
	}
	s.Answered = len(times)
	s.ErrorRate, s.ShedRate = share(s.Errors, s.Requests), share(s.Sheds, s.Requests)
	s.DegradedShare = share(degraded, s.Answered)
	if s.Seconds > 0 {
		s.RequestsPerSecond = float64(s.Answered) / s.Seconds
		s.DocumentsPerSec = float64(documents) / s.Seconds
	}
	if len(times) == 0 {
		return s
	}
	slices.Sort(times)
	s.MeanMs = sum / float64(len(times))
	s.MedianMs, s.P95Ms, s.P99Ms = Percentile(times, 50), Percentile(times, 95), Percentile(times, 99)
	s.MinMs, s.MaxMs = times[0], times[len(times)-1]
	return s
}

// Percentile is the smallest value that at least p percent of the sorted
// values do not exceed; 0 of none.
func Percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p * float64(len(sorted)) / 100))
	return sorted[min(max(rank, 1), len(sorted))-1]
}

// Causes returns the causes of errors, the commonest first.
func causes(s Summary) []string {
	names := make([]string, 0, len(s.Causes))
	for name := range s.Causes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Causes[b], s.Causes[a]), cmp.Compare(a, b))
	})
	return names
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
