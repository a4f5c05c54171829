// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package calibrate measures on labelled data what the hybrid method needs to
// know about a model: the spread of each part (method.Calibration), and how
// well each method ranks with it, so that a person can judge whether the
// default weights suit the model.
package calibrate

import (
	"errors"
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
)

// Pool is one query with its candidates.
type Pool struct {
	Query *method.Query
	// Documents are the candidates.
	Documents []*method.Document
	// Priors are their first-stage scores as method.ScalePriors returns them;
	// nil where there are none.
	Priors []float64
	// Judged says which candidates are relevant.
	Judged []bool
	// Relevant is the number of relevant documents, candidates or not.
	Relevant int
}

// Spread returns the calibration of the scorer's state on these pools: the
// standard deviation of each part within a pool, averaged over the pools. The
// labels play no part in it.
func Spread(s *method.Scorer, pools []Pool) (method.Calibration, error) {
	var sum method.Calibration
	used, withPrior := 0, 0
	for i, p := range pools {
		if len(p.Priors) != 0 && len(p.Priors) != len(p.Documents) {
			return sum, fmt.Errorf("pool %d has %d priors for %d documents", i, len(p.Priors), len(p.Documents))
		}
		if len(p.Documents) < 2 {
			continue
		}
		used++
		var c, q, l []float64
		for _, d := range p.Documents {
			r := s.Score(method.Hybrid, p.Query, d, nil)
			c, q, l = append(c, r.Classical), append(q, r.Quantum), append(l, r.Lexical)
		}
		sum.Classical += measure.SD(c)
		sum.Quantum += measure.SD(q)
		sum.Lexical += measure.SD(l)
		if len(p.Priors) > 0 {
			withPrior++
			sum.Prior += measure.SD(p.Priors)
		}
	}
	if used == 0 {
		return sum, errors.New("no pool has two documents to compare")
	}
	n := float64(used)
	out := method.Calibration{Classical: sum.Classical / n, Quantum: sum.Quantum / n, Lexical: sum.Lexical / n}
	if withPrior > 0 {
		out.Prior = sum.Prior / float64(withPrior)
	} else {
		c, _ := method.CalibrationFor("", method.Mixed)
		out.Prior = c.Prior
	}
	return out, nil
}

// Result is the quality of one method.
type Result struct {
	Name   string
	NDCG10 []float64 // one for each pool
	MRR10  []float64
}

// Add judges one more pool that was given these scores.
func (r *Result) Add(scores []float64, p Pool) {
	r.NDCG10 = append(r.NDCG10, measure.NDCG(scores, p.Judged, p.Relevant, 10))
	r.MRR10 = append(r.MRR10, measure.MRR(scores, p.Judged, 10))
}

// Scores returns the scores of a pool by method m, with the priors if
// usePriors.
func Scores(s *method.Scorer, m method.Name, p Pool, usePriors bool) []float64 {
	scores := make([]float64, len(p.Documents))
	for i, d := range p.Documents {
		var prior *float64
		if usePriors && len(p.Priors) == len(p.Documents) {
			prior = &p.Priors[i]
		}
		scores[i] = s.Score(m, p.Query, d, prior).Value
	}
	return scores
}

// Judge ranks the pools by method m, with the priors if usePriors.
func Judge(s *method.Scorer, m method.Name, pools []Pool, usePriors bool) Result {
	r := Result{Name: string(m)}
	for _, p := range pools {
		r.Add(Scores(s, m, p, usePriors), p)
	}
	return r
}
