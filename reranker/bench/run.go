// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/client"
)

// Progress is how far a scenario is.
type Progress struct {
	Scenario                      string
	Elapsed                       time.Duration
	Sent, Answered, Sheds, Failed int
	Total                         int
}

// progressEvery is how often progress is told.
const progressEvery = 250 * time.Millisecond

// Run puts one scenario on the target and returns what became of it. tell may
// be nil; it is called from one goroutine at a time. An end of ctx ends the
// scenario early; what was measured until then is returned. An error means that
// the target has no address that can be asked.
func Run(ctx context.Context, t Target, s Scenario, m Mix, tell func(Progress)) (Result, error) {
	caller, err := newCaller(t, s.Open())
	if err != nil {
		return Result{}, err
	}
	r := &run{
		caller: caller, requests: newRequests(m), began: time.Now(),
		progress: Progress{Scenario: s.String(), Total: s.Total()},
	}
	defer r.caller.close()
	stop := r.watch(tell)
	if s.Open() {
		r.open(ctx, s, m.Seed)
	} else {
		r.closed(ctx, s)
	}
	took := time.Since(r.began)
	stop()
	return Result{Scenario: s, Took: took, Samples: r.samples, Interrupted: ctx.Err() != nil}, nil
}

// Result is what became of one scenario.
type Result struct {
	Scenario    Scenario
	Took        time.Duration
	Samples     []Sample
	Interrupted bool
}

type run struct {
	caller   *caller
	requests *requests
	began    time.Time

	mu       sync.Mutex
	samples  []Sample
	progress Progress
}

// watch tells the progress until stop is called.
func (r *run) watch(tell func(Progress)) (stop func()) {
	if tell == nil {
		return func() {}
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(progressEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				tell(r.now())
			case <-ended:
				tell(r.now())
				return
			}
		}
	}()
	return func() { close(ended); <-done }
}

func (r *run) now() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.progress
	p.Elapsed = time.Since(r.began)
	return p
}

// closed starts every request of every user at once. All requests exist before
// the first is sent.
func (r *run) closed(ctx context.Context, s Scenario) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for range s.Total() {
		request := r.requests.next()
		all.Go(func() {
			<-start // r.began does not change any more
			r.one(ctx, r.began, request)
		})
	}
	r.mu.Lock()
	r.began = time.Now()
	r.mu.Unlock()
	close(start)
	all.Wait()
}

// open sends at the scenario's rate until its time is over, and waits for the
// last answers.
func (r *run) open(ctx context.Context, s Scenario, seed uint64) {
	var all sync.WaitGroup
	defer all.Wait()
	rng := rand.New(rand.NewPCG(seed, 2))
	request := r.requests.next()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for due := time.Duration(0); due < s.Duration; {
		timer.Reset(time.Until(r.began.Add(due)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		at, sent := r.began.Add(due), request
		all.Go(func() { r.one(ctx, at, sent) })
		due += s.pause(rng)
		request = r.requests.next() // before it is due, so that making it takes nobody's time
	}
}

// pause is the time from one arrival to the next.
func (s Scenario) pause(rng *rand.Rand) time.Duration {
	share := 1.0
	if s.Poisson {
		share = rng.ExpFloat64()
	}
	const longest = float64(1 << 62) // what is longer would begin anew below zero
	return max(1, time.Duration(min(share/s.Rate*float64(time.Second), longest)))
}

// one sends a request that was due at due.
func (r *run) one(ctx context.Context, due time.Time, request client.Request) {
	r.mu.Lock()
	r.progress.Sent++
	r.mu.Unlock()
	sample := r.caller.rerank(ctx, request)
	sample.Seconds = time.Since(due).Seconds()
	sample.At, sample.Documents = due.Sub(r.began).Seconds(), len(request.Documents)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, sample)
	switch sample.Outcome {
	case Answered:
		r.progress.Answered++
	case Shed:
		r.progress.Sheds++
	case Failed:
		r.progress.Failed++
	}
}
