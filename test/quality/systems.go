// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
)

// system is a row of the report.
type system struct {
	name    string
	method  method.Name
	options method.Options
	priors  bool
	// rank overrides method: it returns the scores of a pool.
	rank func(s *method.Scorer, p calibrate.Pool) []float64
}

func quantum(o method.QuantumOptions) method.Options { return method.Options{Quantum: o} }

// weights returns options with fixed weights of the hybrid.
func weights(a, l float64) method.Options {
	return method.Options{Hybrid: method.HybridOptions{QuantumWeight: &a, LexicalWeight: &l, PriorWeight: &l}}
}

// Names that other parts of the report refer to.
const (
	nameBM25      = "BM25, the first stage"
	nameClassical = "`classical`"
	nameQuantum   = "`quantum` (mixed)"
	nameHybrid    = "`hybrid`"
	namePrior     = "`hybrid` with the first stage's scores"
)

func systems() []system {
	return []system{
		{name: nameBM25, rank: firstStage},
		{name: nameClassical, method: method.Classical},
		{name: nameQuantum, method: method.Quantum},
		{name: "mixed, rank 4", method: method.Quantum, options: quantum(method.QuantumOptions{Rank: 4})},
		{name: "mixed, rank 8", method: method.Quantum, options: quantum(method.QuantumOptions{Rank: 8})},
		{name: "mixed, rank 32", method: method.Quantum, options: quantum(method.QuantumOptions{Rank: 32})},
		{name: "mixed, uniform weights", method: method.Quantum, options: quantum(method.QuantumOptions{Weights: method.Uniform})},
		{name: "overlap", method: method.Quantum, options: quantum(method.QuantumOptions{State: method.Overlap})},
		{name: "fidelity", method: method.Quantum, options: quantum(method.QuantumOptions{State: method.Fidelity})},
		{name: "pure", method: method.Quantum, options: quantum(method.QuantumOptions{State: method.Pure})},
		{name: "pure, angle encoding", method: method.Quantum, options: quantum(method.QuantumOptions{State: method.Pure, Encoding: method.Angle})},
		{name: "pure, dense angle encoding", method: method.Quantum, options: quantum(method.QuantumOptions{State: method.Pure, Encoding: method.DenseAngle})},
		{name: "mixed by 1024 shots", method: method.Quantum, options: quantum(method.QuantumOptions{Shots: 1024})},
		{name: nameHybrid, method: method.Hybrid},
		{name: "hybrid without the lexical term", method: method.Hybrid, options: weights(method.DefaultQuantumWeight, 0)},
		{name: "hybrid without the quantum term", method: method.Hybrid, options: weights(0, method.DefaultLexicalWeight)},
		{name: "the lexical term alone", method: method.Hybrid, options: weights(0, 1)},
		{name: namePrior, method: method.Hybrid, priors: true},
		{name: "the same without the quantum term", method: method.Hybrid, options: weights(0, method.DefaultPriorWeight), priors: true},
		{name: "`hybrid` by ranks (`fusion: rrf`)", rank: byRanks, options: method.Options{Hybrid: method.HybridOptions{Fusion: method.RRFusion}}},
		{name: "the same with equal weights", rank: reciprocal},
	}
}

// firstStage keeps the order of the candidates.
func firstStage(_ *method.Scorer, p calibrate.Pool) []float64 { return p.Priors }

// byRanks is hybrid with the weights of its mixture given to ranks.
func byRanks(s *method.Scorer, p calibrate.Pool) []float64 {
	parts := make([]method.Score, len(p.Documents))
	for i, d := range p.Documents {
		parts[i] = s.Score(method.Hybrid, p.Query, d, nil)
	}
	s.Fuse(parts, nil)
	scores := make([]float64, len(parts))
	for i, x := range parts {
		scores[i] = x.Value
	}
	return scores
}

func reciprocal(s *method.Scorer, p calibrate.Pool) []float64 {
	var c, q, l []float64
	for _, d := range p.Documents {
		r := s.Score(method.Hybrid, p.Query, d, nil)
		c, q, l = append(c, r.Classical), append(q, r.Quantum), append(l, r.Lexical)
	}
	const third = 1. / 3
	return method.RRF(method.RRFConstant, method.Ranking{Scores: c, Weight: third},
		method.Ranking{Scores: q, Weight: third}, method.Ranking{Scores: l, Weight: third})
}

// judge ranks the collection, for the model of that digest. shared holds the
// texts prepared with the default options, made on first use.
func (y system) judge(c *collect.Collection, digest string, shared *[]calibrate.Pool) (calibrate.Result, float64, error) {
	opt := y.options
	opt.ModelDigest = digest
	s, err := method.NewScorer(opt)
	if err != nil {
		return calibrate.Result{}, 0, err
	}
	var pools []calibrate.Pool
	if own := opt.Quantum != (method.QuantumOptions{}); own || *shared == nil {
		if pools, err = c.Pools(s); err != nil {
			return calibrate.Result{}, 0, err
		}
		if !own {
			*shared = pools
		}
	} else {
		pools = *shared
	}
	if y.rank == nil {
		y.rank = func(s *method.Scorer, p calibrate.Pool) []float64 {
			return calibrate.Scores(s, y.method, p, y.priors)
		}
	}
	scores := make([][]float64, len(pools))
	collect.Parallel(len(pools), func(i int) { scores[i] = y.rank(s, pools[i]) })
	r := calibrate.Result{Name: y.name}
	spread := 0.0
	for i, p := range pools {
		r.Add(scores[i], p)
		spread += measure.SD(scores[i]) / float64(len(pools))
	}
	return r, spread, nil
}
