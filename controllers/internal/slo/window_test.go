// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told is a sample of a pod that has answered n reranks in all.
func told(at time.Duration, n float64) Sample {
	return Sample{At: noon.Add(at), Rerank: hist(n, 0, 0, 0), Similarity: hist(2*n, 0, 0, 0), Refused: n / 2, CPUSeconds: n, MemoryBytes: 1000 - n}
}

func seriesOf(samples ...Sample) *series {
	s := &series{}
	for _, sample := range samples {
		s.add(sample, time.Minute)
	}
	return s
}

func TestAWindowAddsUpWhatPodsDidInIt(t *testing.T) {
	t.Parallel()
	a := seriesOf(told(0, 10), told(30*time.Second, 20), told(60*time.Second, 100))
	b := seriesOf(told(40*time.Second, 4), told(50*time.Second, 24))
	var w Window
	for _, s := range []*series{a, b, {}, seriesOf(told(0, 5))} {
		w.add(s, noon.Add(30*time.Second))
	}
	want := Window{
		Rerank: hist(100, 0, 0, 0), Similarity: hist(200, 0, 0, 0), Refused: 50,
		Span: 30 * time.Second, PeakMemoryBytes: 995, PeakCores: 80. / 30,
	}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("window (-want +got):\n%s", diff)
	}
	if got := w.answered(); got != 600 {
		t.Errorf("answered = %v a minute, want 600", got)
	}
	if got := (&Window{Rerank: hist(5, 0, 0, 0)}).answered(); got != 0 {
		t.Errorf("answered = %v in no time", got)
	}
}

func TestWhatARestartedPodDidBeforeIsForgotten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Sample){
		"CPU time":     func(s *Sample) { s.CPUSeconds = 1 },
		"reranks":      func(s *Sample) { s.Rerank = hist(1, 0, 0, 0) },
		"similarities": func(s *Sample) { s.Similarity = hist(1, 0, 0, 0) },
		"refusals":     func(s *Sample) { s.Refused = 1 },
	} {
		before, after := told(0, 10), told(10*time.Second, 10)
		change(&after)
		done, span := seriesOf(before, after).since(noon)
		if span != 10*time.Second || done.CPUSeconds != after.CPUSeconds || done.Rerank.Count() != after.Rerank.Count() {
			t.Errorf("%s: %+v in %s, want all that the new process did", name, done, span)
		}
	}
	if done, _ := seriesOf(told(0, 10), told(10*time.Second, 10)).since(noon); done.CPUSeconds != 0 || done.Rerank.Count() != 0 {
		t.Errorf("a pod that rests has done %+v", done)
	}
}

func TestOneSampleBeforeTheWindowIsKept(t *testing.T) {
	t.Parallel()
	var got []time.Duration
	for _, s := range seriesOf(told(0, 1), told(20*time.Second, 2), told(40*time.Second, 3), told(80*time.Second, 4)).samples {
		got = append(got, s.At.Sub(noon))
	}
	if diff := cmp.Diff([]time.Duration{20 * time.Second, 40 * time.Second, 80 * time.Second}, got); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
	if n := len(seriesOf(told(0, 1), told(time.Hour, 2)).samples); n != 2 {
		t.Errorf("%d samples are left of two: nothing can be told from fewer", n)
	}
	if n := len(seriesOf(told(0, 1), told(time.Minute, 2), told(2*time.Minute, 3)).samples); n != 2 {
		t.Errorf("%d samples are left of three, one of which is older than the window", n)
	}
}

func TestRefusedRequestsCountWithTheKindThatIsAsked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		w                   Window
		reranks, similarity float64
	}{
		"reranks":      {Window{Rerank: hist(4, 0, 0, 0), Refused: 3}, 7, 0},
		"similarities": {Window{Similarity: hist(4, 0, 0, 0), Refused: 3}, 0, 7},
		"both":         {Window{Rerank: hist(1, 0, 0, 0), Similarity: hist(4, 0, 0, 0), Refused: 3}, 4, 4},
		"neither":      {Window{Refused: 3}, 3, 0},
	} {
		reranks, similarities := tc.w.counted()
		if reranks.Count() != tc.reranks || similarities.Count() != tc.similarity {
			t.Errorf("%s: %v and %v, want %v and %v", name, reranks.Count(), similarities.Count(), tc.reranks, tc.similarity)
		}
	}
}
