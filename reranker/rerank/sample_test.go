// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// realEngine is the default model, loaded once for all tests of the package.
var realEngine = struct {
	once sync.Once
	*engine.Engine
	err error
}{}

func openEngine(t testing.TB) *engine.Engine {
	t.Helper()
	dir := modeltest.Dir(t)
	realEngine.once.Do(func() { realEngine.Engine, realEngine.err = engine.Open(dir, engine.Options{}) })
	if realEngine.err != nil {
		t.Fatal(realEngine.err)
	}
	return realEngine.Engine
}

func newScorer(t testing.TB, opt method.Options) *method.Scorer {
	t.Helper()
	s, err := method.NewScorer(opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// complete ranks with the real model and answers in full, however long it takes.
func complete(t testing.TB, opt rerank.Options) *rerank.Ranker {
	t.Helper()
	eng := openEngine(t)
	opt.Degradation = rerank.Never
	opt.Timeout, opt.LongestWait = time.Hour, time.Hour // a slow machine is no failure
	return rerank.New(eng, newScorer(t, method.Options{ModelDigest: eng.Info().Digest}), opt)
}

type sampleQuery struct {
	Query string
	Best  []int
}

func sample(t testing.TB) (documents []string, queries []sampleQuery) {
	t.Helper()
	dir := filepath.Join(modeltest.Root(t), "test", "sample")
	text, err := os.ReadFile(filepath.Join(dir, "documents.txt"))
	if err != nil {
		t.Fatal(err)
	}
	documents = strings.Split(strings.TrimSpace(string(text)), "\n")
	data, err := os.ReadFile(filepath.Join(dir, "queries.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &queries); err != nil {
		t.Fatal(err)
	}
	if len(documents) < 20 || len(queries) < 4 {
		t.Fatalf("the sample has %d documents and %d queries", len(documents), len(queries))
	}
	return documents, queries
}

func TestSampleHasTheRightDocumentsOnTop(t *testing.T) {
	r := complete(t, rerank.Options{})
	documents, queries := sample(t)
	for _, m := range method.Names() {
		for _, q := range queries {
			t.Run(string(m)+"/"+q.Query, func(t *testing.T) {
				got, err := r.Rerank(t.Context(), rerank.Request{Query: q.Query, Documents: documents, Method: m})
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Results) != len(documents) || got.MethodUsed != m || got.Degraded {
					t.Fatalf("%d results by %s, degraded %v", len(got.Results), got.MethodUsed, got.Degraded)
				}
				for _, best := range q.Best {
					place := slices.IndexFunc(got.Results, func(r rerank.Result) bool { return r.Index == best })
					if place >= len(q.Best) {
						t.Errorf("document %d is in place %d; first is %q with %.3f", best, place, documents[got.Results[0].Index], got.Results[0].Score)
					}
				}
			})
		}
	}
}

// A short query is packed to what the kernels take, which is far more than its states.
func TestTheCacheCountsWhatAQueryHolds(t *testing.T) {
	r := complete(t, rerank.Options{CacheBytes: 1 << 24})
	bits(t, r, method.Hybrid, "bread", []string{"a loaf"})
	if got, least := r.Stats().Cache.Bytes, int64(32*384*4); got < least {
		t.Errorf("the cache counts %d bytes, and the query alone holds %d", got, least)
	}
}
