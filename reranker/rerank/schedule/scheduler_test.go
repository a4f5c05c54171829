// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func costs(n, each int) []int { return slices.Repeat([]int{each}, n) }

// journal notes who was worked on, in order.
type journal struct {
	mu      sync.Mutex
	entries []string
}

func (j *journal) note(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, s)
}

// takes works for a millisecond of the bubble's clock per token.
func takes(j *journal, name string, each int) func(context.Context, []int) error {
	return func(_ context.Context, items []int) error {
		<-time.After(time.Duration(each*len(items)) * time.Millisecond)
		j.note(name)
		return nil
	}
}

func TestRequestsAreServedInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 10})
		j := &journal{}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = s.Do(t.Context(), schedule.Work{Costs: costs(8, 10), Run: takes(j, "large", 10)}) })
		synctest.Wait()
		wg.Go(func() { _, _ = s.Do(t.Context(), schedule.Work{Costs: costs(2, 10), Run: takes(j, "small", 10)}) })
		wg.Wait()
		want := []string{"large", "large", "small", "large", "small", "large", "large", "large", "large", "large"}
		if diff := cmp.Diff(want, j.entries); diff != "" {
			t.Errorf("order of work (-want +got):\n%s", diff)
		}
	})
}

func TestBatchesAreBoundedByTokens(t *testing.T) {
	s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 100})
	var got [][]int
	out, err := s.Do(t.Context(), schedule.Work{
		Costs: []int{60, 40, 1, 300, 50, 50, 10},
		Run:   func(_ context.Context, items []int) error { got = append(got, items); return nil },
	})
	if err != nil || out.Begun != 7 {
		t.Fatalf("outcome %+v, %v", out, err)
	}
	want := [][]int{{0, 1}, {2}, {3}, {4, 5}, {6}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("micro-batches (-want +got):\n%s", diff)
	}
}

func TestAtMostSoManyWorkersAndEachItemOnce(t *testing.T) {
	const workers, requests, items = 3, 20, 50
	var now, most atomic.Int64
	s := schedule.New(schedule.Options{Workers: workers, BatchTokens: 7})
	var wg sync.WaitGroup
	for range requests {
		wg.Go(func() {
			var seen [items]atomic.Int64
			_, err := s.Do(t.Context(), schedule.Work{Costs: costs(items, 3), Run: func(_ context.Context, batch []int) error {
				most.Store(max(most.Load(), now.Add(1)))
				for _, i := range batch {
					seen[i].Add(1)
				}
				now.Add(-1)
				return nil
			}})
			if err != nil {
				t.Error(err)
			}
			for i := range seen {
				if n := seen[i].Load(); n != 1 {
					t.Errorf("item %d was run %d times", i, n)
				}
			}
		})
	}
	wg.Wait()
	if most.Load() > workers {
		t.Errorf("%d micro-batches at a time", most.Load())
	}
}

func TestLeavingStopsTheWorkWithinOneBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var batches []schedule.Batch
		s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 10, OnBatch: func(b schedule.Batch) { batches = append(batches, b) }})
		j := &journal{}
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Millisecond)
		defer cancel()
		start := time.Now()
		out, err := s.Do(ctx, schedule.Work{Costs: costs(100, 10), Run: takes(j, "x", 10)})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 25*time.Millisecond || out.Begun != 3 {
			t.Errorf("outcome %+v, %v after %v", out, err, time.Since(start))
		}
		<-time.After(time.Second)
		synctest.Wait()
		if len(j.entries) != 3 {
			t.Errorf("%d micro-batches were run, want 3", len(j.entries))
		}
		if len(batches) != 3 || batches[1].Late || !batches[2].Late {
			t.Errorf("batches %+v: only the last one is late", batches)
		}
	})
}

func TestNothingIsBegunThatWouldEndTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// 1000 tokens a second: a micro-batch of 10 tokens takes 10 ms.
		s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 10, Speed: limit.NewSpeed(1000)})
		j := &journal{}
		start := time.Now()
		out, err := s.Do(t.Context(), schedule.Work{
			Costs: costs(100, 10), Run: takes(j, "x", 10), FinishBy: time.Now().Add(35 * time.Millisecond),
		})
		if err != nil || out.Begun != 3 || time.Since(start) != 30*time.Millisecond {
			t.Errorf("outcome %+v, %v after %v", out, err, time.Since(start))
		}
	})
}

func TestLastBatchShrinksToFitTheTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 40, Speed: limit.NewSpeed(1000)})
		j := &journal{}
		out, err := s.Do(t.Context(), schedule.Work{
			Costs: costs(100, 10), Run: takes(j, "x", 10), FinishBy: time.Now().Add(65 * time.Millisecond),
		})
		if err != nil || out.Begun != 6 {
			t.Errorf("outcome %+v, %v: 40 tokens and then 20 fit", out, err)
		}
	})
}

func TestPanicEndsItsBatchOnly(t *testing.T) {
	var caught atomic.Value
	s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 1, OnPanic: func(v any) { caught.Store(v) }})
	ran := 0
	out, err := s.Do(t.Context(), schedule.Work{Costs: costs(3, 1), Run: func(_ context.Context, items []int) error {
		ran++
		if items[0] == 1 {
			panic("broken")
		}
		return nil
	}})
	if err != nil || out.Begun != 3 || ran != 3 || caught.Load() != "broken" {
		t.Errorf("outcome %+v, %v, ran %d, caught %v", out, err, ran, caught.Load())
	}
}

func TestWhoIsGoneBeforeIsNotServed(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := schedule.New(schedule.Options{})
	_, err := s.Do(ctx, schedule.Work{Costs: costs(1, 1), Run: func(context.Context, []int) error { t.Error("served"); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestWhatFailedSaysNothingOfTheSpeed(t *testing.T) {
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("breaker is open") },
		"a panic":  func() error { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			speed := limit.NewSpeed(1000)
			before := speed.TokensPerSecond()
			s := schedule.New(schedule.Options{Workers: 1, BatchTokens: 100, Speed: speed})
			_, err := s.Do(t.Context(), schedule.Work{Costs: costs(5, 100), Run: func(context.Context, []int) error { return fail() }})
			if err != nil || speed.TokensPerSecond() != before {
				t.Errorf("%v, speed %v, want %v", err, speed.TokensPerSecond(), before)
			}
		})
	}
}
