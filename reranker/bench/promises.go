// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/client"
)

// Promises are the targets that one server is promised to meet.
type Promises struct {
	SimilarityMs, RerankMs float64
	// KnownMs is for a rerank of documents that the server has seen before.
	KnownMs           float64
	MemoryMB          float64
	RequestsPerMinute float64
	// Percentile of the times that must hold, such as 95.
	Percentile float64
	// Batches are the numbers of documents of the reranks, KnownBatch is that of
	// documents seen before.
	Batches    []int
	KnownBatch int
	// Words is the length of a document.
	Words int
	// Rounds is how often each time is measured.
	Rounds int
	Seed   uint64
}

// StandardPromises are a similarity in less than 100 ms, 50 to 100 documents in
// less than 500 ms, less than 2 GiB, 100 requests a minute. Beside them stand
// two of our own: the largest batch keeps the same time, because what does not
// fit is left to the prior, and a hundred documents that are known take 25 ms.
// Texts have about 110 tokens.
func StandardPromises() Promises {
	return Promises{
		SimilarityMs: 100, RerankMs: 500, KnownMs: 25, MemoryMB: 2048, RequestsPerMinute: 100,
		Percentile: 95, Batches: []int{50, 100, 1000}, KnownBatch: 100, Words: 90, Rounds: 20, Seed: 1,
	}
}

// Verify measures every promise one after the other and puts what it finds
// into the report. Texts are new to the server each time, so that no cache
// helps. It returns an error only if the server cannot be asked at all.
func Verify(ctx context.Context, t Target, p Promises, r *Report, step func(string)) error {
	c, err := newCaller(t, false)
	if err != nil {
		return err
	}
	defer c.close()
	rng := rand.New(rand.NewPCG(p.Seed, uint64(time.Now().UnixNano()))) // new texts on every run
	most := 0.0
	memory := func() {
		if s, err := Ask(ctx, t); err == nil && s.MemoryMB != nil {
			most = max(most, *s.MemoryMB)
		}
	}
	step("similarity of one pair")
	r.AddChecks(p.latency("similarity of one pair", p.SimilarityMs, func() func() Sample {
		one, other := Text(rng, p.Words), Text(rng, p.Words)
		return func() Sample { return c.similarity(ctx, one, other) }
	}))
	memory()
	rerank := func(name string, limit float64, documents func() []string) {
		step(name)
		r.AddChecks(p.latency(name, limit, func() func() Sample {
			request := client.Request{Query: Text(rng, 8), Documents: documents(), Method: standardBody.Method}
			return func() Sample { return c.rerank(ctx, request) }
		}))
		memory()
	}
	for _, n := range p.Batches {
		rerank(fmt.Sprintf("rerank of %d unseen documents", n), p.RerankMs, func() []string { return texts(rng, n, p.Words) })
	}
	if p.KnownBatch > 0 {
		known := texts(rng, p.KnownBatch, p.Words)
		// Once without a time limit, so that the server knows all of them.
		c.rerank(ctx, client.Request{Query: known[0], Documents: known, Method: standardBody.Method, Degradation: "Never"})
		rerank(fmt.Sprintf("rerank of %d known documents", p.KnownBatch), p.KnownMs, func() []string { return known })
	}
	limits := Limits{P95Ms: -1, RequestsPerMinute: p.RequestsPerMinute, ErrorRate: 0, ShedRate: 0, DegradedShare: -1}
	for _, s := range Standard() {
		step(s.String())
		result, err := Run(ctx, t, s, Mix{}, nil)
		if err != nil {
			return err
		}
		r.Add(result, limits)
		memory()
	}
	r.AddChecks(Check{
		Name: "memory", Target: fmt.Sprintf("< %.0f MiB", p.MemoryMB),
		Measured: fmt.Sprintf("%.0f MiB", most), Met: most > 0 && most < p.MemoryMB,
	})
	return ctx.Err()
}

func texts(rng *rand.Rand, n, words int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = Text(rng, words)
	}
	return all
}

// latency sends Rounds requests one after the other. Two more go first: a
// server that has just started is not what the promise is about.
func (p Promises) latency(name string, limit float64, prepare func() func() Sample) Check {
	check := Check{Name: name, Target: fmt.Sprintf("p%g < %.0f ms", p.Percentile, limit)}
	var times []float64
	degraded := 0
	for i := range p.Rounds + 2 {
		send, from := prepare(), time.Now()
		s := send()
		took := time.Since(from)
		if s.Outcome != Answered {
			check.Measured, check.Note = string(s.Outcome), s.Err
			return check
		}
		if i < 2 {
			continue
		}
		times = append(times, float64(took.Microseconds())/1000)
		if s.Degraded {
			degraded++
		}
	}
	slices.Sort(times)
	got := Percentile(times, p.Percentile)
	check.Measured, check.Met = fmt.Sprintf("%.1f ms", got), got < limit
	if degraded > 0 {
		check.Note = fmt.Sprintf("%d of %d answers left documents to the prior to be in time", degraded, len(times))
	}
	return check
}
