// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

// sizes are those of the micro-batches of ten items of 100 tokens.
func sizes(t *testing.T, s *schedule.Scheduler) []int {
	t.Helper()
	var got []int
	if _, err := s.Do(t.Context(), schedule.Work{
		Costs: costs(10, 100),
		Run:   func(_ context.Context, items []int) error { got = append(got, len(items)); return nil },
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestMicroBatchesCanBeMadeSmallerForAWhile(t *testing.T) {
	for name, tc := range map[string]struct {
		opt  schedule.Options
		set  []int
		want []int
	}{
		"by default":     {schedule.Options{}, nil, []int{2, 2, 2, 2, 2}},
		"as told":        {schedule.Options{BatchTokens: 500}, nil, []int{5, 5}},
		"made smaller":   {schedule.Options{BatchTokens: 500}, []int{400}, []int{4, 4, 2}},
		"and back":       {schedule.Options{BatchTokens: 500}, []int{400, 0}, []int{5, 5}},
		"negative is no": {schedule.Options{BatchTokens: -1}, []int{-1}, []int{2, 2, 2, 2, 2}},
	} {
		s := schedule.New(tc.opt)
		for _, tokens := range tc.set {
			s.SetBatchTokens(tokens)
		}
		if diff := cmp.Diff(tc.want, sizes(t, s)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheWaitIsUntilTheFirstItemBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := schedule.New(schedule.Options{})
		j := &journal{}
		go func() { _, _ = s.Do(t.Context(), schedule.Work{Costs: costs(1, 100), Run: takes(j, "first", 100)}) }()
		synctest.Wait()
		if got := s.Busy(); got != 1 {
			t.Errorf("%d workers are busy", got)
		}
		out, err := s.Do(t.Context(), schedule.Work{Costs: costs(3, 200), Run: takes(j, "second", 200)})
		if err != nil || out != (schedule.Outcome{Begun: 3, Waited: 100 * time.Millisecond}) {
			t.Errorf("outcome %+v, %v", out, err)
		}
		go func() { _, _ = s.Do(t.Context(), schedule.Work{Costs: costs(1, 100), Run: takes(j, "third", 100)}) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		out, err = s.Do(ctx, schedule.Work{Costs: costs(1, 100), Run: takes(j, "never", 100)})
		if !errors.Is(err, context.DeadlineExceeded) || out != (schedule.Outcome{Waited: 30 * time.Millisecond}) {
			t.Errorf("a request that left: %+v, %v", out, err)
		}
		<-time.After(time.Second)
		if got := s.Busy(); got != 0 {
			t.Errorf("%d workers are busy with nothing", got)
		}
		if diff := cmp.Diff([]string{"first", "second", "second", "second", "third"}, j.entries); diff != "" {
			t.Errorf("work (-want +got):\n%s", diff)
		}
	})
}

func TestOnlyWorkThatWasDoneInTimeTellsTheSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		speed := limit.NewSpeed(1)
		var told []schedule.Batch
		s := schedule.New(schedule.Options{Speed: speed, OnBatch: func(b schedule.Batch) { told = append(told, b) }})
		work := func(took time.Duration, err error) schedule.Work {
			return schedule.Work{Costs: []int{60, 40}, Run: func(context.Context, []int) error {
				<-time.After(took)
				return err
			}}
		}
		_, _ = s.Do(t.Context(), work(time.Second, errors.New("no")))
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, _ = s.Do(ctx, work(time.Second, nil))
		<-time.After(time.Second)
		if got := speed.TokensPerSecond(); got != 1 {
			t.Errorf("the speed became %v by work that was not done", got)
		}
		_, _ = s.Do(t.Context(), work(time.Second, nil))
		synctest.Wait()
		if got := speed.TokensPerSecond(); got < 90 {
			t.Errorf("the speed is %v after a hundred tokens in a second", got)
		}
		want := []schedule.Batch{
			{Items: 2, Tokens: 100, Took: time.Second, Failed: true},
			{Items: 2, Tokens: 100, Took: time.Second, Late: true},
			{Items: 2, Tokens: 100, Took: time.Second},
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("micro-batches (-want +got):\n%s", diff)
		}
	})
}

func TestNoWorkIsDoneAtOnceAndACallerThatIsGoneIsRefused(t *testing.T) {
	s := schedule.New(schedule.Options{})
	if out, err := s.Do(t.Context(), schedule.Work{}); err != nil || out != (schedule.Outcome{}) {
		t.Errorf("no work: %+v, %v", out, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	run := func(context.Context, []int) error { t.Error("work was begun for nobody"); return nil }
	if _, err := s.Do(ctx, schedule.Work{Costs: costs(1, 1), Run: run}); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that is gone: %v", err)
	}
}
