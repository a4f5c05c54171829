// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// bits returns the bits of the score of each document by its text.
func bits(t *testing.T, r *rerank.Ranker, m method.Name, query string, documents []string) map[string]uint64 {
	t.Helper()
	got, err := r.Rerank(t.Context(), rerank.Request{Query: query, Documents: documents, Method: m, Degradation: rerank.Never})
	if err != nil {
		t.Fatal(err)
	}
	byText := map[string]uint64{}
	for _, res := range got.Results {
		byText[documents[res.Index]] = math.Float64bits(res.Score)
	}
	return byText
}

// TestNoScoreDependsOnItsCompany runs the real model. Whatever is beside a
// document, in whichever order, in whichever micro-batch and whether it comes
// from the cache: its score has the same bits.
func TestNoScoreDependsOnItsCompany(t *testing.T) {
	documents, queries := sample(t)
	query := queries[0].Query
	random := rand.New(rand.NewPCG(7, 7))
	shuffled := slices.Clone(documents)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	half := len(documents) / 2

	rankers := map[string]*rerank.Ranker{
		"no cache, batches of 64":   complete(t, rerank.Options{BatchTokens: 64}),
		"no cache, batches of 512":  complete(t, rerank.Options{BatchTokens: 512, Workers: 1}),
		"with cache, asked in turn": complete(t, rerank.Options{CacheBytes: 1 << 24}),
	}
	companies := map[string][]string{
		"in order": documents, "shuffled": shuffled, "first half": documents[:half], "second half": documents[half:],
		"appended": append(slices.Clone(documents), "Something else entirely.", documents[3]),
	}
	for _, m := range method.Names() {
		want := bits(t, complete(t, rerank.Options{}), m, query, documents)
		for name, r := range rankers {
			for company, list := range companies {
				got := bits(t, r, m, query, list)
				for _, d := range list {
					if w, known := want[d]; known && got[d] != w {
						t.Errorf("%s, %s, %s: %q scores %v, want %v", m, name, company, d,
							math.Float64frombits(got[d]), math.Float64frombits(w))
					}
				}
			}
		}
	}
}

// TestNoScoreDependsOnTheLoad asks many questions at once.
func TestNoScoreDependsOnTheLoad(t *testing.T) {
	documents, queries := sample(t)
	r := complete(t, rerank.Options{CacheBytes: 1 << 24})
	alone := complete(t, rerank.Options{})
	var wg sync.WaitGroup
	for _, q := range queries {
		want := bits(t, alone, method.Hybrid, q.Query, documents)
		for range 4 {
			wg.Go(func() {
				for d, b := range bits(t, r, method.Hybrid, q.Query, documents) {
					if b != want[d] {
						t.Errorf("%q for %q scores differently under load", d, q.Query)
					}
				}
			})
		}
	}
	wg.Wait()
}
