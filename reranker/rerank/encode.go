// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// batches are the micro-batches of one job. A micro-batch that has begun is
// finished even if the caller has left: it is short, its texts go to the cache
// and may be what another job waits for, and so cancellations never reach the
// engine's breaker.
type batches struct {
	ranker *Ranker
	units  []*unit
	ticket *limit.Ticket

	mu   sync.Mutex
	errs []error // by unit
}

// run is called by the scheduler. It ends the flight of each of its units.
func (b *batches) run(_ context.Context, items []int) error {
	var failed error
	tokens := 0
	for _, i := range items {
		tokens += b.units[i].cost
	}
	defer b.ticket.Did(tokens)
	for len(items) > 0 {
		// What one call of the engine takes: texts of one kind, or of one query.
		first := b.units[items[0]].unitName
		var now, later []int
		for _, i := range items {
			if u := b.units[i]; u.kind == first.kind && u.with == first.with {
				now = append(now, i)
			} else {
				later = append(later, i)
			}
		}
		failed = errors.Join(failed, b.encode(first, now, b.ranker.hangs(tokens)))
		items = later
	}
	return failed
}

// hangs is the time after which a micro-batch is taken to hang: far beyond what
// it should take, so that a pod with a tenth of a core is slow and not broken.
func (r *Ranker) hangs(tokens int) time.Duration {
	return max(leastHang, 20*r.speed.Time(tokens))
}

const leastHang = 5 * time.Second

func (b *batches) encode(of unitName, items []int, limit time.Duration) error {
	texts := make([]string, len(items))
	for n, i := range items {
		texts[n] = b.units[i].content
	}
	err := b.ranker.engine.Do(context.Background(), limit, func(ctx context.Context) error {
		land := func(n int, t *text) { b.units[items[n]].flight.Land(t, t.broken == nil) }
		if of.with != "" {
			return b.ranker.crossTexts(ctx, of.with, texts, land)
		}
		return b.ranker.encodeTexts(ctx, texts, of.kind, land)
	})
	if err != nil {
		b.ranker.log(err)
		b.mu.Lock()
		for _, i := range items {
			b.errs[i] = err
		}
		b.mu.Unlock()
	}
	for _, i := range items {
		b.units[i].flight.Abandon() // unless it has landed
	}
	return err
}

// encodeTexts encodes and prepares texts. It lands what is good even where
// another text of the batch is not.
func (r *Ranker) encodeTexts(ctx context.Context, texts []string, kind engine.Kind, land func(int, *text)) error {
	var mu sync.Mutex
	var wrong error
	seen := 0
	err := r.eng.EncodeEach(ctx, texts, kind, func(i int, enc *engine.Encoding) {
		t, err := r.prepare(kind, enc)
		mu.Lock()
		seen++
		wrong = errors.Join(wrong, err)
		mu.Unlock()
		if err == nil {
			land(i, t)
		}
	})
	if err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	if wrong == nil && seen != len(texts) {
		return fmt.Errorf("encoder gave %d encodings for %d texts", seen, len(texts))
	}
	return wrong
}

// collect takes over what has landed of the units that were begun. The others
// keep the error of their micro-batch; without one it has not ended.
func (b *batches) collect(begun int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, u := range b.units[:begun] {
		select {
		case <-u.flight.Done():
		default:
			continue
		}
		if t, ok := u.flight.Value(); ok {
			u.text = t
		} else {
			u.err = b.errs[i]
		}
	}
}

// log writes a failure of the engine once, with the stack of a panic.
func (r *Ranker) log(err error) {
	var p *breaker.PanicError
	switch {
	case errors.Is(err, breaker.ErrOpen): // its opening was logged
	case errors.As(err, &p):
		r.opt.Logger.Error("Engine panicked", "breaker", p.Breaker, "error", err, "stack", string(p.Stack))
	default:
		r.opt.Logger.Error("Engine failed", "error", err)
	}
}

// failure is what the caller gets for a failure of the engine.
func (r *Ranker) failure(err error) error {
	if errors.Is(err, breaker.ErrOpen) {
		return &UnavailableError{RetryAfter: r.engine.Snapshot().RetryAfter}
	}
	return &EngineError{Err: err}
}
