// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package prior_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/rerank/prior"
)

func TestCombineMixesWhatThereIs(t *testing.T) {
	words, static, caller := []float64{0.2, 0, 0.18}, []float64{-0.5, 0.3, 0.9}, []float64{1, 0.5, 2}
	tests := map[string]struct {
		sources prior.Sources
		want    []float64
	}{
		"words alone stay as they are": {prior.Sources{Words: words}, words},
		"a caller knows better":        {prior.Sources{Words: words, Caller: caller}, []float64{1, 0.5, 1}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, prior.Combine(tc.sources)); diff != "" {
				t.Errorf("priors (-want +got):\n%s", diff)
			}
		})
	}
	for name, s := range map[string]prior.Sources{
		"words and static": {Words: words, Static: static}, "all": {Words: words, Static: static, Caller: caller},
	} {
		got := prior.Combine(s)
		if best := slices.Index(got, slices.Max(got)); best != 2 {
			t.Errorf("%s: document 2 is liked by static embeddings and not disliked by anybody, got %v", name, got)
		}
		if got[0] <= 0 {
			t.Errorf("%s: what another source says of document 0 is lost: %v", name, got)
		}
	}
}

func TestPriorsLieInTheirRangeWhateverTheSourcesSay(t *testing.T) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), -3, 1e300, 0}
	for _, s := range []prior.Sources{
		{Words: make([]float64, 6), Static: odd},
		{Words: make([]float64, 6), Caller: odd},
		{Words: make([]float64, 6), Static: odd, Caller: odd},
		{Words: make([]float64, 6), Static: make([]float64, 6)},
	} {
		for i, p := range prior.Combine(s) {
			if !(p >= 0 && p <= 1) {
				t.Errorf("document %d of %+v: prior %v", i, s, p)
			}
		}
	}
}

func TestWindowsAreBoundedTogether(t *testing.T) {
	text := string(make([]byte, 50_000))
	for documents, want := range map[int]int{1: 4096, 100: 4096, 500: 2097, 1000: 1048, 5000: 1024} {
		if got := len(prior.Window(text, documents)); got != want {
			t.Errorf("of %d documents %d bytes are read, want %d", documents, got, want)
		}
	}
	if got := prior.Window("short", 1000); got != "short" {
		t.Errorf("got %q", got)
	}
}
