// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package health

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadinessTurnsAtItsMarks(t *testing.T) {
	c := New(serving(), nil)
	for i, step := range []struct {
		used int64
		want bool
	}{{899, true}, {900, false}, {850, false}, {849, true}, {899, true}} {
		c.Memory = func() (Memory, error) { return Memory{UsedBytes: step.used, LimitBytes: 1000}, nil }
		if ready, reason := c.Ready(); ready != step.want {
			t.Errorf("step %d, %d of 1000 bytes: ready %t (%s)", i, step.used, ready, reason)
		}
	}
	c.Memory = func() (Memory, error) { return Memory{UsedBytes: 5}, nil }
	if ready, _ := c.Ready(); !ready {
		t.Error("without a limit there is no share of it")
	}
}

func TestMemoryIsToldInRoundedFigures(t *testing.T) {
	c := New(serving(), nil)
	for name, tc := range map[string]struct {
		memory Memory
		err    error
		want   MemoryCheck
	}{
		"plenty": {
			Memory{UsedBytes: 1<<20 + 5300, LimitBytes: 3 << 29},
			nil,
			MemoryCheck{Status: StatusOK, MB: new(1.01), Percent: new(0.07), LimitGB: new(1.5)},
		},
		"at the mark": {
			Memory{UsedBytes: 800, LimitBytes: 1000},
			nil,
			MemoryCheck{Status: StatusWarning, MB: new(0.0), Percent: new(80.0), LimitGB: new(0.0)},
		},
		"odd limit":    {Memory{LimitBytes: 1234567890}, nil, MemoryCheck{Status: StatusOK, MB: new(0.0), Percent: new(0.0), LimitGB: new(1.15)}},
		"not measured": {Memory{}, errors.New("no figure"), MemoryCheck{Status: StatusError, Error: "no figure"}},
	} {
		c.Memory = func() (Memory, error) { return tc.memory, tc.err }
		if diff := cmp.Diff(tc.want, c.checkMemory()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestASelfTestSaysWhatWentWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		test SelfTest
		want EngineCheck
	}{
		"right":      {golden, EngineCheck{}},
		"an error":   {func(context.Context) (float64, time.Duration, error) { return 0, 0, errors.New("no weights") }, EngineCheck{Status: StatusError, Error: "no weights"}},
		"a panic":    {func(context.Context) (float64, time.Duration, error) { panic("no kernel") }, EngineCheck{Status: StatusError, Error: "self-test panicked: no kernel"}},
		"no number":  {func(context.Context) (float64, time.Duration, error) { return math.NaN(), 1, nil }, EngineCheck{Status: StatusError, Error: "the similarity is not a number"}},
		"infinite":   {func(context.Context) (float64, time.Duration, error) { return math.Inf(-1), 1, nil }, EngineCheck{Status: StatusError, Error: "the similarity is not a number"}},
		"time is up": {func(ctx context.Context) (float64, time.Duration, error) { <-ctx.Done(); return 0, 0, ctx.Err() }, EngineCheck{Status: StatusError, Error: "no result within 5s"}},
		"in micros": {
			func(context.Context) (float64, time.Duration, error) { return 0.5, 1234567 * time.Nanosecond, nil },
			EngineCheck{Status: StatusOK, ResponseTimeMs: new(1.235), Similarity: new(0.5)},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			got := run(t.Context(), tc.test)
			if name == "right" {
				if got.Status != StatusOK {
					t.Errorf("%s: %+v", name, got)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

func TestWithoutAnEngineTheStepIsTold(t *testing.T) {
	s := &State{}
	c := New(s, memory(0.1))
	_, step := s.Phase()
	r := c.Detailed(t.Context())
	want := EngineCheck{Status: StatusError, Error: "not loaded: " + step}
	if diff := cmp.Diff(want, r.Checks.Engine); diff != "" || r.Status != Unhealthy || r.Breakers == nil || len(r.Breakers) != 0 {
		t.Errorf("report %+v (-want +got):\n%s", r, diff)
	}
}

func TestACallerThatLeavesIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(serving(), memory(0.1))
		c.SetEngine(Engine{SelfTest: func(ctx context.Context) (float64, time.Duration, error) { <-ctx.Done(); return 0, 0, ctx.Err() }})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if got := c.checkEngine(ctx); got.Status != StatusError || time.Until(time.Now()) > 0 {
			t.Errorf("got %+v", got)
		}
		<-time.After(selfTestTimeout)
	})
}

func TestAResultIsGoodForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		c := New(serving(), memory(0.1))
		c.SetEngine(Engine{SelfTest: func(context.Context) (float64, time.Duration, error) { runs++; return 0.9, time.Millisecond, nil }})
		c.Remember(0.8, time.Millisecond)
		if got := c.checkEngine(t.Context()); runs != 0 || *got.Similarity != 0.8 {
			t.Errorf("%d runs at once, %+v", runs, got)
		}
		<-time.After(selfTestReuse - 1)
		if c.checkEngine(t.Context()); runs != 0 {
			t.Errorf("%d runs within the second", runs)
		}
		<-time.After(1)
		if got := c.checkEngine(t.Context()); runs != 1 || *got.Similarity != 0.9 {
			t.Errorf("%d runs after the second, %+v", runs, got)
		}
	})
}
