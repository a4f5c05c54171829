// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// score gives every pair whose texts are there a score of the method, or of
// the classical one where the quantum path is out of order, and every other
// pair its prior.
func (r *Ranker) score(ctx context.Context, j *job) error {
	start := time.Now()
	scores, err := r.scores(ctx, j)
	if err != nil {
		return err
	}
	j.results = make([]Result, len(j.pairs))
	for i, p := range j.pairs {
		j.results[i] = p.result(i, scores[i])
	}
	r.usePriors(j)
	j.count()
	j.took(timeScore, time.Since(start))
	return nil
}

// scores computes the score of every pair that is complete.
func (r *Ranker) scores(ctx context.Context, j *job) ([]method.Score, error) {
	if !j.complete() {
		return make([]method.Score, len(j.pairs)), nil
	}
	if j.method == method.Classical {
		return r.classical(ctx, j)
	}
	scores := make([]method.Score, len(j.pairs)) // not read after an error: the call may still write
	err := r.quantum.Do(ctx, r.quantumTime(ctx, j), func(ctx context.Context) error {
		if err := r.each(ctx, j, j.method, scores); err != nil {
			return err
		}
		r.fuse(j, scores)
		return nil
	})
	switch {
	case err == nil:
		return scores, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	r.log(err)
	j.degrade(ReasonBreaker)
	j.report.MethodUsed = method.Classical
	return r.classical(ctx, j)
}

// complete says whether any pair can be scored.
func (j *job) complete() bool {
	for _, p := range j.pairs {
		if p.complete() {
			return true
		}
	}
	return false
}

func (p pair) complete() bool {
	return p.query != nil && p.document != nil && p.query.text != nil && p.document.text != nil
}

// quantumTime bounds the quantum path so that a hang leaves half of the
// caller's time for the classical answer, and is noticed by the breaker before
// the caller's own deadline excuses it.
func (r *Ranker) quantumTime(ctx context.Context, j *job) time.Duration {
	end, _ := ctx.Deadline() // begin sets one
	if !j.answerBy.IsZero() && j.answerBy.After(time.Now()) {
		end = j.answerBy
	}
	return max(time.Until(end)/2, minQuantumTime)
}

// minQuantumTime is far above what scoring takes, some microseconds a pair, so
// that a late request on a busy machine is no failure.
const minQuantumTime = 100 * time.Millisecond

// classical scores without a breaker: it is the last rung that scores at all.
func (r *Ranker) classical(ctx context.Context, j *job) (scores []method.Score, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &EngineError{Err: fmt.Errorf("classical score panicked: %v", v)}
		}
	}()
	scores = make([]method.Score, len(j.pairs))
	if err := r.each(ctx, j, method.Classical, scores); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &EngineError{Err: err}
	}
	return scores, nil
}

// each scores the complete pairs one by one and looks at the context in
// between.
func (r *Ranker) each(ctx context.Context, j *job, m method.Name, scores []method.Score) error {
	for i, p := range j.pairs {
		if !p.complete() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := errors.Join(p.query.text.broken, p.document.text.broken); err != nil && m != method.Classical {
			return err
		}
		var s method.Score
		if logit := p.document.text.logit; logit != nil {
			s = method.FromLogit(*logit)
		} else {
			s = r.scorer.Score(m, p.query.text.query, p.document.text.document, j.prior(i))
		}
		if !(s.Value >= 0 && s.Value <= 1) { // true for NaN
			return fmt.Errorf("%s score is %v, want a number between 0 and 1", m, s.Value)
		}
		scores[i] = s
	}
	return nil
}

// fuse joins the hybrid scores of a list, where its parts are ranked instead of
// scored. Pairs that were not scored have no rank.
func (r *Ranker) fuse(j *job, scores []method.Score) {
	if j.method != method.Hybrid || !j.list {
		return
	}
	var complete []int
	var parts []method.Score
	var priors []float64
	for i, p := range j.pairs {
		if !p.complete() {
			continue
		}
		complete, parts = append(complete, i), append(parts, scores[i])
		if j.priors != nil {
			priors = append(priors, j.priors[i])
		}
	}
	r.scorer.Fuse(parts, priors)
	for n, i := range complete {
		scores[i] = parts[n]
	}
}

// prior is the caller's prior of a pair, if it gave one.
func (j *job) prior(i int) *float64 {
	if j.priors == nil {
		return nil
	}
	return &j.priors[i]
}

// result is the pair's part of the answer.
func (p pair) result(index int, s method.Score) Result {
	r := Result{Index: index, Stage: StagePrior}
	if p.query == nil || p.document == nil {
		r.Stage, r.Degenerate = StageBlank, true
		return r
	}
	if !p.complete() {
		return r
	}
	r.Score, r.Degenerate = s.Value, s.Degenerate
	r.Truncated = p.document.text.cut
	if s.HasClassical {
		r.Classical = &s.Classical
	}
	if s.HasQuantum {
		// An estimate from shots may leave the range; what is told does not.
		r.Quantum = new(min(max(s.Quantum, 0), 1))
	}
	if s.ShotSD > 0 {
		r.ShotSD = &s.ShotSD
	}
	r.Stage = StageEncoded
	if p.document.cached {
		r.Stage = StageCached
	}
	return r
}
