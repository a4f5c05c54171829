// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"cmp"
	"context"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

// Engine turns texts into vectors. *engine.Engine is one.
type Engine interface {
	EncodeEach(ctx context.Context, texts []string, kind engine.Kind, visit func(i int, enc *engine.Encoding)) error
	CountTokens(kind engine.Kind, text string) int
	Info() engine.Info
}

// Static is an Engine that can compare texts at a glance, in microseconds, by
// embeddings of their single tokens. It is optional; *engine.Engine is one, and
// answers false where the model has no table of them.
type Static interface {
	StaticScores(query string, texts []string, dst []float64) ([]float64, bool)
}

// Scorer turns vectors into scores. *method.Scorer is one.
type Scorer interface {
	PrepareQuery(method.Features) *method.Query
	PrepareDocument(method.Features) *method.Document
	Score(m method.Name, q *method.Query, d *method.Document, prior *float64) method.Score
	Fuse(scores []method.Score, priors []float64)
}

var (
	_ Engine = (*engine.Engine)(nil)
	_ Static = (*engine.Engine)(nil)
	_ Scorer = (*method.Scorer)(nil)
)

// Ranker answers requests. It is safe for concurrent use and has nothing to
// close.
type Ranker struct {
	opt    Options
	eng    Engine
	static Static  // nil for none
	cross  Crosser // nil for a model that reads texts apart
	scorer Scorer
	info   engine.Info

	limiter   *limit.Limiter
	scheduler *schedule.Scheduler
	speed     *limit.Speed
	texts     *cache.Cache[*text]
	keys      map[engine.Kind]cache.Keys
	pairs     cache.Keys
	frames    map[engine.Kind]int // tokens around every text

	quantum, engine *breaker.Breaker
}

// firstSpeed is the guess before anything was measured, in tokens a second of
// one worker: slow, so that a cold pod promises too little and not too much.
const firstSpeed = 1500

// New returns a ranker over an engine and a scorer.
func New(eng Engine, scorer Scorer, opt Options) *Ranker {
	opt = opt.withDefaults()
	r := &Ranker{
		opt: opt, eng: eng, scorer: scorer, info: eng.Info(),
		speed:   limit.NewSpeed(firstSpeed),
		texts:   cache.New(opt.CacheBytes, (*text).bytes),
		quantum: breaker.New(opt.Quantum),
		engine:  breaker.New(opt.Engine),
	}
	r.static, _ = eng.(Static)
	if r.info.CrossEncoder {
		r.cross, _ = eng.(Crosser)
	}
	r.pairs = cache.NewKeys(r.info.Digest, "pair")
	r.keys = map[engine.Kind]cache.Keys{
		engine.KindQuery:    cache.NewKeys(r.info.Digest, "query"),
		engine.KindDocument: cache.NewKeys(r.info.Digest, "document"),
	}
	r.frames = map[engine.Kind]int{}
	for kind := range r.keys {
		r.frames[kind] = eng.CountTokens(kind, "")
	}
	r.limiter = limit.New(limit.Options{
		Bytes: opt.RequestBytes, Requests: opt.Concurrent, Speed: r.speed, Workers: opt.Workers,
	})
	r.scheduler = schedule.New(schedule.Options{
		Workers: opt.Workers, BatchTokens: opt.BatchTokens, Speed: r.speed, OnBatch: opt.OnBatch,
		OnPanic: func(v any) { opt.Logger.Error("Micro-batch panicked", "panic", v) },
	})
	return r
}

// Rerank ranks the documents of req.
func (r *Ranker) Rerank(ctx context.Context, req Request) (Response, error) {
	if err := req.check(); err != nil {
		return Response{}, err
	}
	m, err := r.choose(req.Method)
	if err != nil {
		return Response{}, err
	}
	j := newJob()
	for _, d := range req.Documents {
		r.compare(j, req.Query, d)
	}
	j.method, j.policy = m, cmp.Or(req.Degradation, r.opt.Degradation)
	j.arrived, j.deadline, j.truncateNone = req.Arrived, req.Deadline, req.TruncateNone
	j.budget, j.list = req.Budget, true
	j.passages, j.asked = req.Passages, req.Query
	if req.Priors != nil {
		if j.priors, err = method.ScalePriors(req.Priors); err != nil {
			return Response{}, err
		}
	}
	if err := r.run(ctx, j); err != nil {
		return Response{}, err
	}
	j.time(timeSort, func() {
		j.rank()
		if r.cross == nil { // which has no vectors to find copies by
			j.diversify(r.opt.Diversify)
		}
	})
	return Response{Results: j.results, Report: j.report}, nil
}

// run takes a job through the stages up to its results, in the order of its
// pairs.
func (r *Ranker) run(ctx context.Context, j *job) error {
	ctx, cancel := r.begin(ctx, j)
	defer cancel()
	if err := r.checkLengths(ctx, j); err != nil {
		return deadline(ctx, err)
	}
	ticket, err := r.admit(ctx, j)
	if err != nil {
		return deadline(ctx, err)
	}
	defer ticket.Release()
	if err := r.cut(ctx, j, ticket); err != nil {
		return deadline(ctx, err)
	}
	r.plan(j)
	if err := r.gather(ctx, j, ticket); err != nil {
		return deadline(ctx, err)
	}
	return deadline(ctx, r.score(ctx, j))
}

func (r *Ranker) method(m method.Name) method.Name { return cmp.Or(m, r.opt.Method) }
