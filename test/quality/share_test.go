// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// words make documents of some 110 tokens.
var words = strings.Fields("the flow of heat in a thin plate under pressure was measured by an optical method and compared with " +
	"theory while the boundary layer of the wing remained laminar over most of its length which agrees with earlier tests")

// served is the engine and the scorer of a server with default settings.
func served(b *testing.B) (*engine.Engine, *method.Scorer) {
	b.Helper()
	e, err := engine.Open(modeltest.Dir(b), engine.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = e.Close() })
	s, err := method.NewScorer(method.Options{ModelDigest: e.Info().Digest})
	if err != nil {
		b.Fatal(err)
	}
	return e, s
}

// BenchmarkScoringShare compares the scoring stage of `mixed`, preparation of
// 100 unseen documents included, with their encoding on the same cores.
func BenchmarkScoringShare(b *testing.B) {
	e, s := served(b)
	rng := rand.New(rand.NewPCG(1, 1))
	texts := make([]string, 100)
	for i := range texts {
		var t []string
		for range 105 {
			t = append(t, words[rng.IntN(len(words))])
		}
		texts[i] = strings.Join(t, " ")
	}
	query, err := e.Encode(b.Context(), []string{"how is the heat flow in a plate measured"}, engine.KindQuery)
	if err != nil {
		b.Fatal(err)
	}
	var encoding, scoring time.Duration
	for b.Loop() {
		start := time.Now()
		encoded, err := e.Encode(b.Context(), texts, engine.KindDocument)
		if err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		score(s, features(query[0]), encoded)
		encoding += middle.Sub(start)
		scoring += time.Since(middle)
	}
	b.ReportMetric(float64(encoding.Milliseconds())/float64(b.N), "encode-ms")
	b.ReportMetric(float64(scoring.Microseconds())/1000/float64(b.N), "score-ms")
	b.ReportMetric(100*scoring.Seconds()/encoding.Seconds(), "score-%")
}

func features(e engine.Encoding) method.Features {
	return method.Features{Pooled: e.Pooled, Tokens: e.Tokens, IDs: e.IDs, Rows: e.Rows, Dim: len(e.Pooled)}
}

// score prepares and scores the documents on all cores, as a server does.
func score(s *method.Scorer, query method.Features, docs []engine.Encoding) {
	q := s.PrepareQuery(query)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(docs); i += workers {
				s.Score(method.Hybrid, q, s.PrepareDocument(features(docs[i])), nil)
			}
		})
	}
	wg.Wait()
}

// BenchmarkSimilarity compares texts of 256 tokens that were never seen, as
// /v1/similarity does: two texts, and one with three others.
func BenchmarkSimilarity(b *testing.B) {
	e, s := served(b)
	rng := rand.New(rand.NewPCG(2, 2))
	text := func() string {
		t := make([]string, 300)
		for i := range t {
			t[i] = words[rng.IntN(len(words))]
		}
		return strings.Join(t, " ")
	}
	for _, m := range method.Names() {
		for _, others := range []int{1, 3} {
			b.Run(fmt.Sprintf("%s/1:%d", m, others), func(b *testing.B) {
				ranker := rerank.New(e, s, rerank.Options{Method: m})
				for b.Loop() {
					more := make([]string, others)
					for i := range more {
						more[i] = text()
					}
					if _, err := ranker.Similarity(b.Context(), rerank.SimilarityRequest{Pairs: rerank.OneToMany(text(), more)}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
