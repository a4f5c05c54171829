// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// hist makes a histogram from counts per bucket (not cumulative): the bounds
// are 0.1, 0.5, 1 and +Inf.
func hist(counts ...float64) Histogram {
	bounds := []float64{0.1, 0.5, 1, math.Inf(1)}
	var out Histogram
	var sum float64
	for i, c := range counts {
		sum += c
		out = append(out, Bucket{bounds[i], sum})
	}
	return out
}

func TestHistogram(t *testing.T) {
	t.Parallel()
	h := hist(10, 80, 8, 2)
	if got := h.Within(0.5); got != 0.9 {
		t.Errorf("Within(0.5) = %v, want 0.9", got)
	}
	if got := h.Within(0.7); got != 0.9 {
		t.Errorf("Within(0.7) = %v, want 0.9: the lower bound counts", got)
	}
	for share, want := range map[float64]float64{0.1: 0.1, 0.5: 0.5, 0.95: 1, 0.99: math.Inf(1)} {
		if got := h.Quantile(share); got != want {
			t.Errorf("Quantile(%v) = %v, want %v", share, got, want)
		}
	}
	if diff := cmp.Diff(hist(20, 160, 16, 4), h.plus(h)); diff != "" {
		t.Errorf("plus (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(hist(1, 2, 3, 4), hist(2, 4, 6, 8).minus(hist(1, 2, 3, 4))); diff != "" {
		t.Errorf("minus (-want +got):\n%s", diff)
	}
	if got := Histogram(nil).Within(1); got != 1 {
		t.Errorf("Within of nothing = %v, want 1", got)
	}
}

func TestHistogramsOfDifferentBoundsAddUp(t *testing.T) {
	t.Parallel()
	a := Histogram{{0.5, 10}, {math.Inf(1), 10}}
	b := Histogram{{0.4, 4}, {math.Inf(1), 10}}
	want := Histogram{{0.4, 4}, {0.5, 14}, {math.Inf(1), 20}}
	if diff := cmp.Diff(want, a.plus(b)); diff != "" {
		t.Errorf("plus (-want +got):\n%s", diff)
	}
}

const page = `# TYPE quantumrerank_rerank_duration_seconds histogram
quantumrerank_rerank_duration_seconds_bucket{method_used="hybrid",le="0.5"} 3
quantumrerank_rerank_duration_seconds_bucket{method_used="hybrid",le="+Inf"} 4
quantumrerank_rerank_duration_seconds_sum{method_used="hybrid"} 2
quantumrerank_rerank_duration_seconds_count{method_used="hybrid"} 4
quantumrerank_rerank_duration_seconds_bucket{method_used="classical",le="0.5"} 1
quantumrerank_rerank_duration_seconds_bucket{method_used="classical",le="+Inf"} 1
quantumrerank_rerank_duration_seconds_sum{method_used="classical"} 0.1
quantumrerank_rerank_duration_seconds_count{method_used="classical"} 1
quantumrerank_rerank_duration_seconds_bucket{batch="larger",method_used="hybrid",le="0.5"} 0
quantumrerank_rerank_duration_seconds_bucket{batch="larger",method_used="hybrid",le="+Inf"} 7
quantumrerank_rerank_duration_seconds_sum{batch="larger",method_used="hybrid"} 70
quantumrerank_rerank_duration_seconds_count{batch="larger",method_used="hybrid"} 7
# TYPE quantumrerank_similarity_duration_seconds histogram
quantumrerank_similarity_duration_seconds_bucket{le="+Inf"} 0
quantumrerank_similarity_duration_seconds_sum 0
quantumrerank_similarity_duration_seconds_count 0
# TYPE quantumrerank_shed_total counter
quantumrerank_shed_total{reason="queue_full"} 2
quantumrerank_shed_total{reason="draining"} 40
quantumrerank_shed_total{reason="loading"} 50
# TYPE quantumrerank_deadline_exceeded_total counter
quantumrerank_deadline_exceeded_total 1
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 1.5e+08
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 12.5
`

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	want := Sample{
		Rerank:      Histogram{{0.5, 4}, {math.Inf(1), 5}},
		Similarity:  Histogram{{math.Inf(1), 0}},
		Refused:     3,
		MemoryBytes: 1.5e8, CPUSeconds: 12.5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parse (-want +got):\n%s", diff)
	}
	for name, bad := range map[string]string{"nothing": "", "no histograms": "a 1\n", "no text format": "<html>"} {
		if _, err := parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: accepted; missing data must never read as no requests", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(page)
	f.Add("")
	f.Add("quantumrerank_rerank_duration_seconds_bucket{le=\"NaN\"} NaN\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse(strings.NewReader(text))
		if err != nil {
			return
		}
		Judge(Window{Pods: 1, Scraped: 1, Span: time.Minute, Rerank: s.Rerank, Similarity: s.Similarity}, targets())
	})
}

func TestSeries(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	at := func(seconds int, count, cpu float64) Sample {
		return Sample{At: start.Add(time.Duration(seconds) * time.Second), Rerank: hist(count), CPUSeconds: cpu}
	}
	var s series
	for i := range 20 {
		s.add(at(15*i, float64(10*i), float64(i)), time.Minute)
	}
	if len(s.samples) > 6 {
		t.Errorf("%d samples are kept for a window of 4 periods", len(s.samples))
	}
	done, span := s.since(start.Add(225 * time.Second))
	if done.Rerank.Count() != 40 || done.CPUSeconds != 4 || span != time.Minute {
		t.Errorf("since = %v requests, %v s CPU, %v; want 40, 4 and 1m", done.Rerank.Count(), done.CPUSeconds, span)
	}
	s.add(at(300, 5, 0.5), time.Minute)
	done, _ = s.since(start)
	if done.Rerank.Count() != 5 {
		t.Errorf("after a restart since = %v requests, want the 5 of the new process", done.Rerank.Count())
	}
}
