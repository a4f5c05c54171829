// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// checkLengths refuses texts that would be truncated, where the caller wants
// none to be.
func (r *Ranker) checkLengths(ctx context.Context, j *job) error {
	if !j.truncateNone {
		return nil
	}
	for i, p := range j.pairs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.cross == nil {
			if err := r.checkLength(p.query, -1); err != nil {
				return err
			}
		}
		if j.passages != nil {
			return nil // their turn comes
		}
		if err := r.checkLength(p.document, i); err != nil {
			return err
		}
	}
	return nil
}

func (r *Ranker) checkLength(u *unit, index int) error {
	// A token has at least one byte, so that short texts need no counting.
	if u == nil || len(u.with)+len(u.content)+r.frames[u.kind]+1 <= r.info.MaxTokens {
		return nil
	}
	n := r.eng.CountTokens(u.kind, u.content)
	if u.with != "" { // [CLS] query [SEP] document [SEP]
		n += r.eng.CountTokens(u.kind, u.with) - 1
	}
	if n > r.info.MaxTokens {
		return &TruncationError{Index: index, Tokens: n, Limit: r.info.MaxTokens}
	}
	return nil
}

// specialTokens frame every text.
const specialTokens = 2

// estimate is about how many tokens a text has: English has some 4.5 bytes a
// token, code 3, Chinese 3. Speeds are measured in the same estimated tokens,
// so that a constant error cancels out.
func (r *Ranker) estimate(bytes, most int) int {
	return min(bytes/4+specialTokens+1, most)
}

// admit finds the job a place, or ranks it by what is known where the policy
// allows that, or refuses it.
func (r *Ranker) admit(ctx context.Context, j *job) (*limit.Ticket, error) {
	var ticket *limit.Ticket
	var err error
	j.time(timeCache, func() { r.identify(j) })
	j.time(timeQueue, func() { ticket, err = r.queue(ctx, j) })
	if j.policy == Never || !full(err) {
		return ticket, err
	}
	j.lexicalOnly = true
	ticket, err = r.limiter.Hold(r.cost(ctx, j).Bytes)
	if err != nil {
		return nil, fmt.Errorf("rank by prior: %w", err)
	}
	return ticket, nil
}

// queue waits for the job's turn. Whoever has another way does not wait for
// longer than it can bear; the others were let in and are served.
func (r *Ranker) queue(ctx context.Context, j *job) (*limit.Ticket, error) {
	patience := r.patience(ctx, j)
	if j.policy == Never {
		return r.limiter.Admit(ctx, r.cost(ctx, j), patience)
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticket, err := r.limiter.Admit(waiting, r.cost(ctx, j), patience)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return nil, errWaited
	}
	return ticket, err
}

// errWaited says that a wait became longer than was predicted.
var errWaited = errors.New("the turn did not come in time")

// full says that there is no place.
func full(err error) bool {
	var over *OverloadedError
	return errors.Is(err, errWaited) || errors.As(err, &over) && over.Reason == limit.ReasonQueue
}

// Door says whether a request of the given policy, whose time is up after
// patience, would be refused whatever stands in it, so that its body need not be
// read. Policies with another way than waiting always pass.
func (r *Ranker) Door(policy Policy, patience time.Duration) error {
	if cmp.Or(policy, r.opt.Degradation) != Never {
		return nil
	}
	return r.limiter.Look(min(r.opt.LongestWait, patience))
}

// identify gives every text its key and its estimated cost. A document that is
// yet to be cut costs what its passages will, together.
func (r *Ranker) identify(j *job) {
	for _, u := range j.units {
		most := r.info.MaxTokens
		if j.passages != nil && u.kind == engine.KindDocument {
			most = j.passages.Tokens
		}
		u.key = r.key(u)
		u.cost = r.estimate(len(u.with)+len(u.content), most)
	}
}

// cost is what the job brings: the bytes that it holds and the tokens of the
// texts that are not known yet.
func (r *Ranker) cost(ctx context.Context, j *job) limit.Cost {
	c := limit.Cost{Bytes: 64 << 10, EndBy: j.answerBy}
	if j.answerBy.IsZero() {
		c.Deadline, _ = ctx.Deadline()
	}
	for _, u := range j.units {
		c.Bytes += 256
		if !r.opt.TextsHeld {
			c.Bytes += copies * int64(len(u.content))
		}
		if u.kind == engine.KindDocument {
			c.Bytes += r.opt.DocumentBytes
		}
		if u.counted = !r.texts.Has(u.key); u.counted {
			c.Tokens += u.cost
		}
	}
	c.Tokens = r.countedFor(j, c.Tokens)
	return c
}

// countedFor is what work of the job is counted for in the wait of others. A job
// that answers early takes what time it gets: a tenth of its time is the least
// share that is worth having.
func (r *Ranker) countedFor(j *job, tokens int) int {
	if j.answerBy.IsZero() {
		return tokens
	}
	return min(tokens, r.tokensIn(time.Until(j.answerBy)/10))
}

// copies of a text exist at most while a request is served: itself, its tokens
// or their garbage, and the answer that repeats it.
const copies = 3

// tokensIn is how many tokens all workers do in a time.
func (r *Ranker) tokensIn(d time.Duration) int {
	return int(max(0, d.Seconds()) * r.speed.TokensPerSecond() * float64(r.opt.Workers))
}

// patience is how long the job can wait for its turn. One that answers early
// keeps at least half of its time for work.
func (r *Ranker) patience(ctx context.Context, j *job) time.Duration {
	p := r.opt.LongestWait
	if end, ok := ctx.Deadline(); ok {
		p = min(p, time.Until(end))
	}
	if !j.answerBy.IsZero() {
		p = min(p, time.Until(j.answerBy)/2)
	}
	return max(p, 0)
}
