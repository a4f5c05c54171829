// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	scoring "github.com/quantumrerank/quantumrerank/reranker/method/measure"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

// budgets are numbers of documents that are encoded, of the 100.
var budgets = []int{5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100}

// order is what decides which documents are encoded first.
type order struct {
	name           string
	static, caller bool
}

var orders = []order{
	{"words", false, false},
	{"words and static embeddings", true, false},
	{"first stage", false, true},
	{"first stage and static embeddings", true, true},
}

// measured is what came of one collection.
type measured struct {
	name    string
	queries int
	// perDocument is the processor time of encoding and preparing one.
	perDocument time.Duration
	// ndcg holds the mean nDCG@10 by order and budget.
	ndcg [][]float64
}

// switched is the engine with static embeddings that can be switched off.
type switched struct {
	*engine.Engine
	off atomic.Bool
}

func (s *switched) StaticScores(query string, texts []string, dst []float64) ([]float64, bool) {
	if s.off.Load() {
		return dst, false
	}
	return s.Engine.StaticScores(query, texts, dst)
}

func measure(ctx context.Context, e *engine.Engine, data, name string, every int) (measured, error) {
	m := measured{name: name}
	set, err := dataset.Load(data, name)
	if err != nil {
		return m, err
	}
	scorer, err := method.NewScorer(method.Options{ModelDigest: e.Info().Digest})
	if err != nil {
		return m, err
	}
	eng := &switched{Engine: e}
	// Nothing is to depend on the time.
	r := rerank.New(eng, scorer, rerank.Options{CacheBytes: 1 << 30, Timeout: time.Hour, Target: time.Hour, LongestWait: time.Hour})
	c := collect.Candidates(set, every)
	m.queries = len(c.Queries)
	if m.perDocument, err = encodeAll(ctx, r, c, set); err != nil {
		return m, err
	}
	for _, o := range orders {
		eng.off.Store(!o.static)
		var row []float64
		for _, budget := range budgets {
			x, err := judge(ctx, r, c, set, o, budget)
			if err != nil {
				return m, err
			}
			row = append(row, x)
		}
		m.ndcg = append(m.ndcg, row)
		fmt.Fprintf(os.Stderr, "%s: %-35s %.4f\n", name, o.name, row)
	}
	return m, nil
}

// encodeAll fills the cache, and measures what that costs.
func encodeAll(ctx context.Context, r *rerank.Ranker, c *collect.Collection, set *dataset.Set) (time.Duration, error) {
	before, texts := processorTime(), r.Stats().Cache.Misses
	for _, q := range c.Queries {
		if len(q.Candidates) == 0 {
			continue
		}
		if _, err := r.Rerank(ctx, request(q, set)); err != nil {
			return 0, err
		}
	}
	texts = r.Stats().Cache.Misses - texts
	return (processorTime() - before) / time.Duration(max(texts, 1)), nil
}

func request(q collect.Query, set *dataset.Set) rerank.Request {
	req := rerank.Request{Query: q.Text, Degradation: rerank.OnDeadline}
	for _, h := range q.Candidates {
		req.Documents = append(req.Documents, set.Documents[h.Document].Text)
	}
	return req
}

// judge is the mean nDCG@10 of an order and a budget. A first stage's scores
// that are given decide the order of work and are a part of the score as well,
// so that those curves end elsewhere: each is to be compared with its own end.
func judge(ctx context.Context, r *rerank.Ranker, c *collect.Collection, set *dataset.Set, o order, budget int) (float64, error) {
	scores, errs := make([][]float64, len(c.Queries)), make([]error, len(c.Queries))
	collect.Parallel(len(c.Queries), func(i int) {
		scores[i], errs[i] = rank(ctx, r, c.Queries[i], set, o, budget)
	})
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	var result calibrate.Result
	for i, q := range c.Queries {
		if len(q.Candidates) > 0 {
			result.Add(scores[i], calibrate.Pool{Judged: q.Judged, Relevant: q.Relevant})
		}
	}
	return scoring.Mean(result.NDCG10), nil
}

// rank returns a number for each candidate that is larger the better its place.
func rank(ctx context.Context, r *rerank.Ranker, q collect.Query, set *dataset.Set, o order, budget int) ([]float64, error) {
	if len(q.Candidates) == 0 {
		return nil, nil
	}
	req := request(q, set)
	req.Budget = budget
	if o.caller {
		var err error
		scores := make([]float64, len(q.Candidates))
		for i, h := range q.Candidates {
			scores[i] = h.Score
		}
		if req.Priors, err = method.ScalePriors(scores); err != nil {
			return nil, err
		}
	}
	resp, err := r.Rerank(ctx, req)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(req.Documents))
	for place, res := range resp.Results {
		scores[res.Index] = float64(len(scores) - place)
	}
	return scores, nil
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
