// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// job is a request on its way: its distinct texts and the pairs of them that
// are to be scored.
type job struct {
	method       method.Name
	policy       Policy
	arrived      time.Time // zero: now
	deadline     time.Time // the caller's; zero if it said nothing
	truncateNone bool
	priors       []float64 // the caller's, by pair, scaled; nil for none
	budget       int       // documents; 0: no bound
	list         bool      // the pairs are one list, not each for itself

	// passages shall stand for the documents, which belong to one query; nil for
	// none, or where they do.
	passages *Passages
	asked    string
	// uncut says that there was no time for them, so that no document is scored.
	uncut bool

	units []*unit
	known map[unitName]*unit
	pairs []pair

	// answerBy is when the answer must be given whatever is scored; zero where
	// it must be complete.
	answerBy time.Time
	// lexicalOnly says that there is no place for the job and it is ranked by
	// what is known.
	lexicalOnly bool
	guesses     []float64 // priors by pair; nil until needed

	results []Result
	report  Report
}

// unit is one distinct text in one role.
type unit struct {
	unitName
	key  cache.Key
	cost int // estimated tokens
	// counted says that the limiter knows of the cost.
	counted bool
	text    *text
	// cached says that the text was known before this job.
	cached bool
	err    error
	flight *cache.Flight[*text]
}

type unitName struct {
	kind    engine.Kind
	content string
	with    string // the query of a pair that the model reads together, else empty
}

type pair struct{ query, document *unit } // nil: a blank text

func newJob() *job { return &job{known: map[unitName]*unit{}} }

func (j *job) query(text string) *unit    { return j.unit(unitName{engine.KindQuery, text, ""}) }
func (j *job) document(text string) *unit { return j.unit(unitName{engine.KindDocument, text, ""}) }

// unit returns the one unit of a text; nil where there is nothing to score.
func (j *job) unit(name unitName) *unit {
	if strings.TrimSpace(name.content) == "" {
		return nil
	}
	u, ok := j.known[name]
	if !ok {
		u = &unit{unitName: name}
		j.known[name] = u
		j.units = append(j.units, u)
	}
	return u
}

func (j *job) pair(q, d *unit) { j.pairs = append(j.pairs, pair{q, d}) }

// time runs a stage and notes its time.
func (j *job) time(stage string, run func()) {
	start := time.Now()
	run()
	j.took(stage, time.Since(start))
}

// took notes a stage that ends now.
func (j *job) took(stage string, d time.Duration) {
	j.report.Timings = append(j.report.Timings, Timing{stage, time.Now().Add(-d), d})
}

// degrade notes the first reason; later ones follow from it.
func (j *job) degrade(reason string) {
	if !j.report.Degraded {
		j.report.Degraded, j.report.DegradedReason = true, reason
	}
}

func (j *job) warn(format string, args ...any) {
	j.report.Warnings = append(j.report.Warnings, fmt.Sprintf(format, args...))
}

// reserve is how much of the time of an answer is kept for scoring, sorting
// and sending it.
func reserve(budget time.Duration) time.Duration {
	return min(budget/4, max(10*time.Millisecond, budget/20))
}

// begin sets the job's clocks: the hard end as the context's deadline and, where
// the policy allows an early answer, the time by which it is given.
func (r *Ranker) begin(ctx context.Context, j *job) (context.Context, context.CancelFunc) {
	now := j.arrived
	if now.IsZero() {
		now = time.Now()
	}
	j.report.MethodRequested, j.report.MethodUsed = j.method, j.method
	end := now.Add(r.opt.Timeout)
	if !j.deadline.IsZero() && j.deadline.Before(end) {
		end = j.deadline
	}
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	if j.policy == OnDeadline {
		wanted := r.wanted(j, now)
		if wanted.After(end) {
			wanted = end
		}
		j.answerBy = wanted.Add(-reserve(max(0, time.Until(wanted))))
	}
	return context.WithDeadline(ctx, end)
}

// soft is ctx until the time by which the job answers whatever it has.
func (j *job) soft(ctx context.Context) (context.Context, context.CancelFunc) {
	if j.answerBy.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, j.answerBy)
}

// wanted is when an answer that may be incomplete shall be there: the caller's
// deadline, or the target. A body that was long in coming is not ours to make
// up for: a quarter of the target is left for the work in any case.
func (r *Ranker) wanted(j *job, arrived time.Time) time.Time {
	if !j.deadline.IsZero() {
		return j.deadline
	}
	wanted, least := arrived.Add(r.opt.Target), time.Now().Add(r.opt.Target/4)
	if wanted.Before(least) {
		return least
	}
	return wanted
}

// deadline gives an error that comes from the end of the request's time its
// name. A caller that left keeps context.Canceled.
func deadline(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, ErrDeadline) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrDeadline, err)
	}
	return err
}
