// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package health

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const gib = 1 << 30

func memory(share float64) func() (Memory, error) {
	return func() (Memory, error) { return Memory{int64(math.Ceil(share * 2 * gib)), 2 * gib}, nil }
}

func serving() *State {
	s := new(State)
	s.Advance(Serving)
	return s
}

func golden(ctx context.Context) (float64, time.Duration, error) {
	return 0.75, 12500 * time.Microsecond, nil
}

func TestStateOnlyMovesForward(t *testing.T) {
	t.Parallel()
	s := new(State)
	if p, step := s.Phase(); p != Loading || step != "starting" {
		t.Errorf("new state is %v %q", p, step)
	}
	s.Step("loading model")
	if _, step := s.Phase(); step != "loading model" {
		t.Errorf("step is %q", step)
	}
	if !s.Advance(Draining) {
		t.Error("draining during loading was refused")
	}
	if s.Advance(Serving) {
		t.Error("a draining pod became ready")
	}
	s.Step("late")
	if p, step := s.Phase(); p != Draining || step != "" {
		t.Errorf("state is %v %q, want draining", p, step)
	}
}

func TestReadyNamesTheReason(t *testing.T) {
	t.Parallel()
	loading, draining := new(State), new(State)
	loading.Step("verifying the weights")
	draining.Advance(Draining)
	tests := map[string]struct {
		checker *Checker
		ready   bool
		reason  string
	}{
		"serving":                   {New(serving(), memory(0.5)), true, ""},
		"loading":                   {New(loading, memory(0.5)), false, "loading: verifying the weights"},
		"draining":                  {New(draining, memory(0.5)), false, "draining"},
		"memory just below":         {New(serving(), memory(0.89)), true, ""},
		"memory at the mark":        {New(serving(), memory(0.9)), false, "high memory usage: 90 % of the limit"},
		"no limit on memory":        {New(serving(), func() (Memory, error) { return Memory{gib, 0}, nil }), true, ""},
		"memory cannot be measured": {New(serving(), func() (Memory, error) { return Memory{}, errors.New("no file") }), true, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if ready, reason := tc.checker.Ready(); ready != tc.ready || reason != tc.reason {
				t.Errorf("Ready() = %v, %q; want %v, %q", ready, reason, tc.ready, tc.reason)
			}
		})
	}
}

func TestReadyHasHysteresis(t *testing.T) {
	t.Parallel()
	share := 0.5
	c := New(serving(), func() (Memory, error) { return memory(share)() })
	var got []bool
	for _, share = range []float64{0.5, 0.91, 0.89, 0.86, 0.84, 0.89, 0.95} {
		ready, _ := c.Ready()
		got = append(got, ready)
	}
	if diff := cmp.Diff([]bool{true, false, false, false, true, true, false}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDetailedHasThePromisedFields(t *testing.T) {
	t.Parallel()
	c := New(serving(), memory(0.25))
	c.Now = func() time.Time { return time.UnixMilli(1_700_000_000_500) }
	c.SetEngine(Engine{SelfTest: golden, Breakers: func() map[string]Breaker {
		return map[string]Breaker{"quantum": {State: "closed"}}
	}})
	got, err := json.Marshal(c.Detailed(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"status":"healthy","timestamp":1700000000.5,"ready":true,"checks":{` +
		`"memory":{"status":"ok","memory_mb":512,"memory_percent":25,"memory_limit_gb":2},` +
		`"quantum_engine":{"status":"ok","response_time_ms":12.5,"similarity":0.75}},` +
		`"breakers":{"quantum":{"state":"closed","failures_in_a_row":0}}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDetailedJudgesTheWhole(t *testing.T) {
	t.Parallel()
	failing := func(context.Context) (float64, time.Duration, error) {
		return 0, 0, errors.New("similarity 0.1 of the golden pair, want 0.75")
	}
	panicking := func(context.Context) (float64, time.Duration, error) { panic("kernel") }
	open := func() map[string]Breaker { return map[string]Breaker{"quantum": {State: "open"}} }
	tests := map[string]struct {
		memory func() (Memory, error)
		engine Engine
		want   [3]string // whole, memory, engine
	}{
		"all is well":            {memory(0.5), Engine{SelfTest: golden}, [3]string{Healthy, StatusOK, StatusOK}},
		"memory is getting full": {memory(0.8), Engine{SelfTest: golden}, [3]string{Degraded, StatusWarning, StatusOK}},
		"a breaker is open":      {memory(0.5), Engine{SelfTest: golden, Breakers: open}, [3]string{Degraded, StatusOK, StatusOK}},
		"the engine is wrong":    {memory(0.5), Engine{SelfTest: failing}, [3]string{Unhealthy, StatusOK, StatusError}},
		"the engine panics":      {memory(0.8), Engine{SelfTest: panicking}, [3]string{Unhealthy, StatusWarning, StatusError}},
		"the engine gives NaN": {memory(0.5), Engine{SelfTest: func(context.Context) (float64, time.Duration, error) {
			return math.NaN(), 0, nil
		}}, [3]string{Unhealthy, StatusOK, StatusError}},
		"the engine is not there yet": {memory(0.5), Engine{}, [3]string{Unhealthy, StatusOK, StatusError}},
		"memory cannot be measured": {
			func() (Memory, error) { return Memory{}, errors.New("no file") },
			Engine{SelfTest: golden},
			[3]string{Unhealthy, StatusError, StatusOK},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := New(serving(), tc.memory)
			c.SetEngine(tc.engine)
			r := c.Detailed(t.Context())
			if got := [3]string{r.Status, r.Checks.Memory.Status, r.Checks.Engine.Status}; got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestSelfTestThatHangsIsAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context) (float64, time.Duration, error) {
			<-ctx.Done()
			time.Sleep(time.Hour) // deaf to its context
			return 0, 0, nil
		}
		c := New(serving(), memory(0.5))
		c.SetEngine(Engine{SelfTest: hangs})
		start := time.Now()
		if r := c.Detailed(t.Context()); r.Status != Unhealthy || r.Checks.Engine.Error != "no result within 5s" {
			t.Errorf("got %+v", r.Checks.Engine)
		}
		if took := time.Since(start); took != selfTestTimeout {
			t.Errorf("took %v, want %v", took, selfTestTimeout)
		}
		time.Sleep(2 * time.Second)
		// Another run hangs, and what was found stays true until it ends.
		start = time.Now()
		if r := c.Detailed(t.Context()); r.Status != Unhealthy || time.Since(start) != answerTime {
			t.Errorf("during the next run, after %v: %+v", time.Since(start), r.Checks.Engine)
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestABusyEngineIsAnsweredForByItsLastResult(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := false
		c := New(serving(), memory(0.5))
		c.SetEngine(Engine{SelfTest: func(ctx context.Context) (float64, time.Duration, error) {
			if slow {
				time.Sleep(2 * time.Second)
			}
			return golden(ctx)
		}})
		c.Remember(0.75, 12500*time.Microsecond)
		slow = true
		time.Sleep(4 * time.Second)
		r := c.Detailed(t.Context())
		e := r.Checks.Engine
		if r.Status != Degraded || e.Status != StatusWarning || e.ResponseTimeMs == nil || *e.ResponseTimeMs != 12.5 {
			t.Errorf("busy: %+v", r)
		}
		if want := "the engine is busy: no result within 300ms, the last one is 4.3s old"; e.Error != want {
			t.Errorf("message %q, want %q", e.Error, want)
		}
		time.Sleep(1700 * time.Millisecond) // the run of then has ended by now
		if r := c.Detailed(t.Context()); r.Status != Healthy {
			t.Errorf("later: %+v", r)
		}
	})
}

func TestSelfTestIsSharedAndReusedForASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		runs, told := 0, 0
		c := New(serving(), memory(0.5))
		c.OnSelfTest = func(ok bool, _ time.Time) {
			if ok {
				told++
			}
		}
		c.SetEngine(Engine{SelfTest: func(context.Context) (float64, time.Duration, error) {
			runs++
			time.Sleep(10 * time.Millisecond)
			return 0.75, 10 * time.Millisecond, nil
		}})
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { c.Detailed(t.Context()) })
		}
		group.Wait()
		if runs != 1 || told != 1 {
			t.Errorf("%d runs, told %d times, want 1 of each", runs, told)
		}
		time.Sleep(selfTestReuse)
		c.Detailed(t.Context())
		if runs != 2 {
			t.Errorf("%d runs after a second, want 2", runs)
		}
	})
}
