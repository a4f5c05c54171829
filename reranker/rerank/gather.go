// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

// gather finds or makes the text of every unit. It returns an error only where
// the job must fail: its caller left, its time is up with nothing to answer,
// or the engine failed under the policy Never. A unit that has no text after
// that has an error, or there was no time for it.
func (r *Ranker) gather(ctx context.Context, j *job, ticket *limit.Ticket) error {
	start := time.Now()
	defer func() { j.took(timeEncode, time.Since(start)) }()
	soft, cancel := j.soft(ctx)
	defer cancel()
	open := j.affordable()
	for len(open) > 0 && soft.Err() == nil {
		lead, follow := r.claim(open)
		if j.lexicalOnly {
			abandon(lead)
			break
		}
		ticket.Owes(r.uncounted(j, lead))
		if err := r.encode(soft, j, lead, ticket); err != nil {
			break
		}
		// Whatever was led has ended now, well or not. Of the others, those
		// whose leader gave up are tried again.
		if open = await(soft, follow); len(open) == 0 {
			break
		}
	}
	return r.missing(ctx, j)
}

// affordable is what a budget of documents leaves, in the order of work. Known
// documents cost nothing and count all the same: the answer does not depend on
// the cache.
func (j *job) affordable() []*unit {
	if j.uncut {
		return nil // a score of a whole document is none of its best passage
	}
	if j.budget <= 0 || j.policy != OnDeadline {
		return j.units
	}
	queries := 0
	for queries < len(j.units) && j.units[queries].kind == engine.KindQuery {
		queries++
	}
	return j.units[:min(len(j.units), queries+j.budget)]
}

// claim looks every unit up. Those that nobody works on are the job's to lead.
func (r *Ranker) claim(units []*unit) (lead, follow []*unit) {
	for _, u := range units {
		t, found, flight, leads := r.texts.Claim(u.key)
		switch {
		case found:
			u.text, u.cached = t, true
		case leads:
			u.flight = flight
			lead = append(lead, u)
		default:
			u.flight = flight
			follow = append(follow, u)
		}
	}
	return lead, follow
}

// uncounted is the work that came to the job after it was let in: a text's
// leader has left, or the cache has forgotten it.
func (r *Ranker) uncounted(j *job, lead []*unit) int {
	tokens := 0
	for _, u := range lead {
		if !u.counted {
			u.counted = true
			tokens += u.cost
		}
	}
	return r.countedFor(j, tokens)
}

func abandon(units []*unit) {
	for _, u := range units {
		u.flight.Abandon()
	}
}

// encode has the scheduler work on the units, and takes what has landed when
// it is done or the time is up.
func (r *Ranker) encode(ctx context.Context, j *job, units []*unit, ticket *limit.Ticket) error {
	if len(units) == 0 {
		return nil
	}
	costs := make([]int, len(units))
	for i, u := range units {
		costs[i] = u.cost
	}
	batches := &batches{ranker: r, units: units, errs: make([]error, len(units)), ticket: ticket}
	out, err := r.scheduler.Do(ctx, schedule.Work{Costs: costs, Run: batches.run, FinishBy: j.answerBy})
	abandon(units[out.Begun:])
	batches.collect(out.Begun)
	return err
}

// await waits for what other jobs work on and returns the units whose leader
// gave up.
func await(ctx context.Context, units []*unit) (again []*unit) {
	for _, u := range units {
		select {
		case <-u.flight.Done():
		case <-ctx.Done():
			return nil
		}
		if t, ok := u.flight.Value(); ok {
			u.text = t
		} else {
			again = append(again, u)
		}
	}
	return again
}

// missing decides what the units without a text mean for the job.
func (r *Ranker) missing(ctx context.Context, j *job) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	var failed error
	late := false
	for _, u := range j.units {
		switch {
		case u.text != nil:
		case u.err != nil:
			failed = u.err
		default:
			late = true
		}
	}
	switch {
	case failed == nil && !late:
		return nil
	case failed != nil && j.policy == Never:
		return r.failure(failed)
	case failed != nil:
		j.degrade(ReasonBreaker)
	case j.lexicalOnly:
		j.degrade(ReasonOverload)
	case j.answerBy.IsZero():
		return context.DeadlineExceeded
	default:
		j.degrade(ReasonDeadline)
	}
	return nil
}
