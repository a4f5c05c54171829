// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
)

// sequence is a tokenized text, or pair of texts, of a request.
type sequence struct {
	start, length int // in the request's ids
	firstLen      int // tokens of segment 0
	total         int // tokens before truncation
	prompt        int // content tokens that are the model's prefix
}

// request is one call on its way through the workers. Requests are reused.
type request struct {
	ctx     context.Context
	ids     []int32
	seqs    []sequence
	lengths []int
	plan    plan
	reads   encoder.Reads
	deliver func(w *worker, r *request, place, i int)
	visited func(i int, enc *Encoding) // by EncodeEach

	pending sync.WaitGroup
	mu      sync.Mutex
	err     error
}

func (r *request) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// job is one micro-batch of a request.
type job struct {
	request *request
	bin     int
}

// worker is the memory of one worker.
type worker struct {
	arena    *encoder.Arena
	batch    encoder.Batch
	encoding Encoding  // the one being visited
	rows     []float32 // and its memory
}

// add tokenizes a text and appends it to the request.
func (e *Engine) add(r *request, text string) {
	start := len(r.ids)
	ids, total := e.model.Tokenizer.Encode(r.ids, text, e.maxTokens)
	r.ids = ids
	r.append(sequence{start: start, length: len(ids) - start, firstLen: len(ids) - start, total: total})
}

func (r *request) append(s sequence) {
	r.seqs = append(r.seqs, s)
	r.lengths = append(r.lengths, s.length)
}

// acquire returns an empty request and keeps the engine open until release.
func (e *Engine) acquire(ctx context.Context) (*request, error) {
	e.open.RLock()
	if e.closed {
		e.open.RUnlock()
		return nil, ErrClosed
	}
	r := e.requests.Get().(*request)
	r.ctx = ctx
	r.ids, r.seqs, r.lengths = r.ids[:0], r.seqs[:0], r.lengths[:0]
	r.reads, r.err = encoder.AllTokens, nil
	return r, nil
}

func (e *Engine) release(r *request) {
	r.ctx, r.deliver, r.visited = nil, nil, nil
	e.requests.Put(r)
	e.open.RUnlock()
}

// run computes the request and calls deliver, from the workers, for each of its
// sequences. It returns when no worker uses the request any more.
func (e *Engine) run(r *request) error {
	if len(r.seqs) == 0 {
		return r.ctx.Err()
	}
	r.plan.divide(r.lengths, e.batchTokens, e.capacity(), e.threads)
	defer r.pending.Wait()
	for bin := range r.plan.bins {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.pending.Add(1)
		select {
		case e.jobs <- job{r, bin}:
		case <-r.ctx.Done():
			r.pending.Done()
			return r.ctx.Err()
		}
	}
	r.pending.Wait()
	return r.err
}

// capacity is the number of tokens of the largest batch.
func (e *Engine) capacity() int { return max(e.batchTokens, e.maxTokens) }

// work is the life of one worker.
func (e *Engine) work() {
	defer e.workers.Done()
	w := &worker{arena: e.encoder.NewArena(e.capacity())}
	for j := range e.jobs {
		e.do(w, j)
	}
}

// do computes one job. A panic here would be a fault of ours, and must not take
// the other requests of the process with it.
func (e *Engine) do(w *worker, j job) {
	r := j.request
	defer r.pending.Done()
	defer func() {
		if p := recover(); p != nil {
			r.fail(fmt.Errorf("encoder panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if err := r.ctx.Err(); err != nil {
		r.fail(err)
		return
	}
	w.batch.Reset()
	for _, i := range r.plan.bins[j.bin] {
		s := &r.seqs[i]
		w.batch.Add(r.ids[s.start:s.start+s.length], s.firstLen)
	}
	if err := e.encoder.Forward(w.arena, &w.batch, r.reads); err != nil {
		r.fail(fmt.Errorf("encode: %w", err))
		return
	}
	for place, i := range r.plan.bins[j.bin] {
		r.deliver(w, r, place, i)
	}
}
