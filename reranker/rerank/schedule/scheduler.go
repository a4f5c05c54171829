// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// DefaultBatchTokens is a compromise: below it the encoder reads its weights
// too often (about a tenth more processor time at 128), above it whoever waits
// for a micro-batch to end, after a deadline or for its turn, waits for longer
// than some 50 ms on a core of today.
const DefaultBatchTokens = 256

// Options configure a Scheduler.
type Options struct {
	// Workers is the number of micro-batches at a time; at least 1.
	Workers int
	// BatchTokens bounds a micro-batch; DefaultBatchTokens when 0. An item
	// that is larger makes a micro-batch of its own.
	BatchTokens int
	// Speed learns how fast one worker is.
	Speed *limit.Speed
	// OnBatch is told of every micro-batch, from the worker that ran it.
	OnBatch func(Batch)
	// OnPanic is told of a panic of Run, which ends the micro-batch only.
	OnPanic func(value any)
}

// Batch is one micro-batch that was run.
type Batch struct {
	Items, Tokens int
	Took          time.Duration
	// Late says that the request had left when it ended, Failed that it did not
	// do its work. Neither says anything of the speed.
	Late, Failed bool
}

// Scheduler runs the work of many requests. It is safe for concurrent use.
type Scheduler struct {
	opt         Options
	batchTokens atomic.Int64

	mu      sync.Mutex
	ring    []*job // in turn; a job that has items left stands in it once
	workers int
}

// New returns a scheduler.
func New(opt Options) *Scheduler {
	opt.Workers = max(opt.Workers, 1)
	if opt.BatchTokens <= 0 {
		opt.BatchTokens = DefaultBatchTokens
	}
	if opt.Speed == nil {
		opt.Speed = limit.NewSpeed(2000)
	}
	s := &Scheduler{opt: opt}
	s.batchTokens.Store(int64(opt.BatchTokens))
	return s
}

// SetBatchTokens changes the bound of a micro-batch, for use under memory
// pressure; 0 restores the one of the options.
func (s *Scheduler) SetBatchTokens(tokens int) {
	if tokens <= 0 {
		tokens = s.opt.BatchTokens
	}
	s.batchTokens.Store(int64(tokens))
}

// Busy returns how many workers are at work now.
func (s *Scheduler) Busy() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workers
}

// Do runs w and returns when every item has ended, when no further item can
// end by FinishBy, or at once when ctx ends, with its error.
func (s *Scheduler) Do(ctx context.Context, w Work) (Outcome, error) {
	if len(w.Costs) == 0 || ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	j := &job{ctx: ctx, work: w, done: make(chan struct{}), arrived: time.Now()}
	s.enter(j)
	select {
	case <-j.done:
		return s.leave(j), nil
	case <-ctx.Done():
		return s.leave(j), ctx.Err()
	}
}

func (s *Scheduler) enter(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ring = append(s.ring, j)
	// One worker per micro-batch that could begin now; those without work end
	// at once.
	for want := len(j.work.Costs); want > 0 && s.workers < s.opt.Workers; want-- {
		s.workers++
		go s.worker()
	}
}

func (s *Scheduler) leave(j *job) Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.stopped = true
	o := Outcome{Begun: j.next}
	if !j.begun.IsZero() {
		o.Waited = j.begun.Sub(j.arrived)
	} else {
		o.Waited = time.Since(j.arrived)
	}
	return o
}

func (s *Scheduler) worker() {
	for {
		j, items := s.next()
		if j == nil {
			return
		}
		s.run(j, items)
	}
}

// next returns the next micro-batch, or nil after it has counted the worker out.
func (s *Scheduler) next() (*job, []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.ring) > 0 {
		j := s.ring[0]
		s.ring[0] = nil // let the array forget it
		s.ring = s.ring[1:]
		if j.stopped || j.ctx.Err() != nil {
			j.stopped = true
			j.finish()
			continue
		}
		items := j.take(int(s.batchTokens.Load()), s.opt.Speed.Time)
		if len(items) == 0 {
			j.stopped = true
			j.finish()
			continue
		}
		if j.begun.IsZero() {
			j.begun = time.Now()
		}
		j.running++
		if j.next < len(j.work.Costs) {
			s.ring = append(s.ring, j)
		}
		return j, items
	}
	s.workers--
	return nil, nil
}

func (s *Scheduler) run(j *job, items []int) {
	b := Batch{Items: len(items)}
	for _, i := range items {
		b.Tokens += j.work.Costs[i]
	}
	start := time.Now()
	b.Failed = !s.protected(j, items)
	b.Took = time.Since(start)
	s.mu.Lock()
	j.running--
	b.Late = j.ctx.Err() != nil
	j.finish()
	s.mu.Unlock()
	if !b.Late && !b.Failed {
		s.opt.Speed.Observe(b.Tokens, b.Took)
	}
	if s.opt.OnBatch != nil {
		s.opt.OnBatch(b)
	}
}

// protected keeps a panic from ending the process, and reports whether the work
// was done.
func (s *Scheduler) protected(j *job, items []int) (done bool) {
	defer func() {
		if v := recover(); v != nil && s.opt.OnPanic != nil {
			s.opt.OnPanic(v)
		}
	}()
	return j.work.Run(j.ctx, items) == nil
}
