// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

const tinyCross = "../engine/testdata/tiny-cross-encoder"

// crossPairs are pairs with the reference implementation's logits.
func crossPairs(t *testing.T) (pairs []struct {
	Query, Document string
	Logit           float64
},
) {
	t.Helper()
	data, err := os.ReadFile(tinyCross + "/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Pairs []struct {
			Query, Document string
			Logit           float64
		}
	}
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected.Pairs) < 2 {
		t.Fatalf("%d pairs", len(expected.Pairs))
	}
	return expected.Pairs
}

func crossRanker(t *testing.T) *rerank.Ranker {
	t.Helper()
	eng, err := engine.Open(tinyCross, engine.Options{Precision: engine.Float32})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	scorer, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rerank.New(eng, scorer, rerank.Options{Method: method.Classical, Degradation: rerank.Never, CacheBytes: 1 << 20})
}

// TestACrossEncodersScoreIsTheLogisticOfItsLogit compares with the reference
// implementation, one query at a time and all pairs in one request.
func TestACrossEncodersScoreIsTheLogisticOfItsLogit(t *testing.T) {
	r := crossRanker(t)
	var together rerank.SimilarityRequest
	var want []float64
	for i, p := range crossPairs(t) {
		score := 1 / (1 + math.Exp(-p.Logit))
		got, err := r.Rerank(t.Context(), rerank.Request{Query: p.Query, Documents: []string{p.Document, " "}})
		if err != nil {
			t.Fatal(err)
		}
		first, blank := got.Results[0], got.Results[1]
		if first.Index != 0 || math.Abs(first.Score-score) > 1e-4 || first.Classical == nil || first.Quantum != nil || first.Degenerate {
			t.Errorf("pair %d: %+v, want score %v", i, first, score)
		}
		if blank.Stage != rerank.StageBlank || got.ScoredDocuments != 1 || got.DocumentTokens == 0 {
			t.Errorf("pair %d: %+v, %+v", i, blank, got.Report)
		}
		together.Pairs = append(together.Pairs, rerank.Pair{A: p.Query, B: p.Document})
		want = append(want, first.Score)
	}
	got, err := r.Similarity(t.Context(), together)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range got.Scores {
		if s.Score != want[i] {
			t.Errorf("pair %d: %v among others, %v alone", i, s.Score, want[i])
		}
	}
}

func TestACrossEncodersPairsAreCached(t *testing.T) {
	r, p := crossRanker(t), crossPairs(t)
	ask := func(query string) rerank.Response {
		got, err := r.Rerank(t.Context(), rerank.Request{Query: query, Documents: []string{p[0].Document, p[1].Document}})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first, again, other := ask(p[0].Query), ask(p[0].Query), ask("another query")
	if first.CacheHits != 0 || again.CacheHits != 2 || other.CacheHits != 0 {
		t.Errorf("cache hits %d, %d and %d, want 0, 2 and 0", first.CacheHits, again.CacheHits, other.CacheHits)
	}
	for i := range first.Results {
		if first.Results[i].Score != again.Results[i].Score {
			t.Errorf("result %d: %v, then %v", i, first.Results[i].Score, again.Results[i].Score)
		}
	}
}

func TestACrossEncoderHasNothingForTheOtherMethods(t *testing.T) {
	r := crossRanker(t)
	for _, m := range []method.Name{method.Quantum, method.Hybrid} {
		var e *rerank.MethodError
		if _, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: []string{"d"}, Method: m}); !errors.As(err, &e) || e.Method != m {
			t.Errorf("rerank by %s: %v", m, err)
		}
		if _, err := r.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: []rerank.Pair{{A: "a", B: "b"}}, Method: m}); !errors.As(err, &e) {
			t.Errorf("similarity by %s: %v", m, err)
		}
	}
}

func TestACrossEncoderRefusesPairsThatAreTooLong(t *testing.T) {
	r := crossRanker(t)
	long := "a quarter past nine a quarter past nine a quarter past nine a quarter past nine"
	for _, tc := range []struct {
		query string
		fits  bool
	}{{"map", true}, {strings.Repeat(long+" ", 6), false}} {
		_, err := r.Rerank(t.Context(), rerank.Request{Query: tc.query, Documents: []string{"moon", "map"}, TruncateNone: true})
		var e *rerank.TruncationError
		if tc.fits != (err == nil) || !tc.fits && !errors.As(err, &e) {
			t.Errorf("%q: %v", tc.query, err)
		}
	}
}
