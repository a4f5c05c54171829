// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestSlowQuantumPathLeavesTimeForTheClassicalAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, scorer := fakes(t, rerank.Options{})
		scorer.set(func() float64 { <-time.After(200 * time.Millisecond); return 0.5 })
		for i := range 4 {
			start := time.Now()
			wantFallback(t, ask(t, r, func(q *rerank.Request) { q.Deadline = time.Now().Add(time.Second) }))
			if took := time.Since(start); took > 600*time.Millisecond || i == 3 && took > time.Millisecond {
				t.Errorf("answer %d took %v", i, took)
			}
		}
		<-time.After(time.Second) // for what was left behind
	})
}

// TestHungProbeOpensTheBreakerAgain lets the one call that a half-open breaker
// admits hang: it has a deadline of its own, its caller gets a classical answer,
// and the next probe has its chance.
func TestHungProbeOpensTheBreakerAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		r, _, scorer := fakes(t, rerank.Options{OnTransition: func(tr breaker.Transition) {
			seen = append(seen, string(tr.From)+">"+string(tr.To))
		}})
		scorer.set(math.NaN)
		for range 3 {
			wantFallback(t, ask(t, r, nil))
		}
		<-time.After(30*time.Second + time.Millisecond)
		release := make(chan struct{})
		defer close(release)
		scorer.set(func() float64 { <-release; return 0 })
		start := time.Now()
		wantFallback(t, ask(t, r, nil)) // the probe
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("the hung probe held its caller for %v", took)
		}
		scorer.set(nil)
		wantFallback(t, ask(t, r, nil)) // open again
		<-time.After(30*time.Second + time.Millisecond)
		if got := ask(t, r, nil); got.Degraded {
			t.Errorf("after recovery: %+v", got.Report)
		}
		want := []string{"closed>open", "open>half-open", "half-open>open", "open>half-open", "half-open>closed"}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("transitions (-want +got):\n%s", diff)
		}
	})
}

func TestFaultsOfTheCacheCostTimeAndNoScore(t *testing.T) {
	plain, _, _ := fakes(t, rerank.Options{})
	want := scores(ask(t, plain, nil))
	for name, size := range map[string]func() int64{
		"a panic":             func() int64 { panic("corrupt entry") },
		"weighs less than 0":  func() int64 { return math.MinInt64 / 2 },
		"weighs the world":    func() int64 { return math.MaxInt64 / 2 },
		"now this, now that":  alternating(-1<<40, 1<<40),
		"forgets all at once": func() int64 { return 1 << 20 },
	} {
		t.Run(name, func(t *testing.T) {
			r, _, _ := fakes(t, rerank.Options{})
			r.SpoilCache(1<<20, size)
			for i := range 12 { // more than it takes to open the engine's breaker
				got, err := r.Rerank(t.Context(), rerank.Request{Query: "a ripe apple", Documents: fruit, Method: method.Hybrid, Degradation: rerank.Never})
				if err != nil {
					t.Fatalf("request %d: %v", i, err)
				}
				if diff := cmp.Diff(want, scores(got)); diff != "" {
					t.Fatalf("request %d (-want +got):\n%s", i, diff)
				}
			}
			if s := r.Stats().Cache; s.Bytes < 0 || s.Bytes > s.Limit {
				t.Errorf("the cache holds %d bytes of %d", s.Bytes, s.Limit)
			}
		})
	}
}

func alternating(a, b int64) func() int64 {
	var mu sync.Mutex
	return func() int64 {
		mu.Lock()
		defer mu.Unlock()
		a, b = b, a
		return a
	}
}

// TestWhoWaitsForAHungLeaderAnswersInTime has two requests that need the same
// texts, and an encoder that hangs with them.
func TestWhoWaitsForAHungLeaderAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, CacheBytes: 1 << 20, Target: 500 * time.Millisecond})
		release := make(chan struct{})
		defer close(release)
		eng.set(func(context.Context, string) error { <-release; return nil })
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				start := time.Now()
				got := ask(t, r, func(q *rerank.Request) { q.Degradation = rerank.OnDeadline })
				if took := time.Since(start); took > 500*time.Millisecond || got.MethodUsed != rerank.Lexical {
					t.Errorf("took %v: %+v", took, got.Report)
				}
			})
		}
		wg.Wait()
	})
}
