// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package breaker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
)

var errBroken = errors.New("broken")

func fails(context.Context) error    { return errBroken }
func succeeds(context.Context) error { return nil }

// hangs ignores its context until the test ends: the worst a path can do.
func hangs(release <-chan struct{}) func(context.Context) error {
	return func(context.Context) error {
		<-release
		return nil
	}
}

// recorder collects transitions.
type recorder struct {
	mu   sync.Mutex
	seen []string
}

func (r *recorder) add(t breaker.Transition) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, string(t.From)+">"+string(t.To))
}

func (r *recorder) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.seen...)
}

func quantum(rec *recorder) *breaker.Breaker {
	return breaker.New(breaker.Options{
		Name: "quantum", Failures: 3, OpenFor: 30 * time.Second, CallTimeout: time.Second, OnChange: rec.add,
	})
}

func TestThreeFailuresOpenThirtySecondsOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		b := quantum(rec)
		for i := range 3 {
			if got := b.Snapshot(); got.State != breaker.Closed || got.FailuresInARow != i {
				t.Fatalf("before failure %d: %+v", i+1, got)
			}
			if err := b.Do(t.Context(), 0, fails); !errors.Is(err, errBroken) {
				t.Fatalf("failure %d came back as %v", i+1, err)
			}
		}
		time.Sleep(29 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		called := false
		err := b.Do(t.Context(), 0, func(context.Context) error { called = true; return nil })
		if !errors.Is(err, breaker.ErrOpen) || called {
			t.Fatalf("open breaker: err %v, called %v", err, called)
		}
		if got := b.Snapshot(); got.State != breaker.Open || got.RetryAfter != time.Second {
			t.Fatalf("after 29 s: %+v", got)
		}
		time.Sleep(time.Second + time.Millisecond) //nolint:forbidigo // the bubble's clock, not a wait
		if err := b.Do(t.Context(), 0, succeeds); err != nil {
			t.Fatalf("probe: %v", err)
		}
		want := []string{"closed>open", "open>half-open", "half-open>closed"}
		if diff := cmp.Diff(want, rec.list()); diff != "" {
			t.Errorf("transitions (-want +got):\n%s", diff)
		}
	})
}

func TestFailedProbeOpensForAnotherPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		b := quantum(rec)
		for range 3 {
			_ = b.Do(t.Context(), 0, fails)
		}
		time.Sleep(31 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		_ = b.Do(t.Context(), 0, fails)
		time.Sleep(29 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		if err := b.Do(t.Context(), 0, succeeds); !errors.Is(err, breaker.ErrOpen) {
			t.Fatalf("29 s after the failed probe: %v", err)
		}
		want := []string{"closed>open", "open>half-open", "half-open>open"}
		if diff := cmp.Diff(want, rec.list()); diff != "" {
			t.Errorf("transitions (-want +got):\n%s", diff)
		}
	})
}

func TestHungProbeGivesItsSlotBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		b := quantum(rec)
		release := make(chan struct{})
		defer close(release)
		for range 3 {
			_ = b.Do(t.Context(), 0, fails)
		}
		time.Sleep(31 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		probe := make(chan error, 1)
		go func() { probe <- b.Do(t.Context(), 0, hangs(release)) }()
		synctest.Wait()
		if err := b.Do(t.Context(), 0, succeeds); !errors.Is(err, breaker.ErrOpen) {
			t.Fatalf("a second call beside the probe: %v", err)
		}
		var timeout *breaker.TimeoutError
		if err := <-probe; !errors.As(err, &timeout) || timeout.Limit != time.Second {
			t.Fatalf("hung probe came back as %v", err)
		}
		time.Sleep(31 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		if err := b.Do(t.Context(), 0, succeeds); err != nil {
			t.Fatalf("probe after the hung one: %v", err)
		}
		if got := b.Snapshot().State; got != breaker.Closed {
			t.Errorf("state %s, want closed", got)
		}
	})
}

func TestWhatIsNotThePathsFaultNeverCounts(t *testing.T) {
	tests := map[string]func(t *testing.T, b *breaker.Breaker, release <-chan struct{}){
		"the caller cancels": func(t *testing.T, b *breaker.Breaker, release <-chan struct{}) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() { synctest.Wait(); cancel() }()
			if err := b.Do(ctx, 0, hangs(release)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		},
		"the caller's deadline passes": func(t *testing.T, b *breaker.Breaker, release <-chan struct{}) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if err := b.Do(ctx, 0, hangs(release)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		},
		"the caller was gone before": func(t *testing.T, b *breaker.Breaker, _ <-chan struct{}) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := b.Do(ctx, 0, fails); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		},
		"the request was at fault": func(t *testing.T, b *breaker.Breaker, _ <-chan struct{}) {
			err := b.Do(t.Context(), 0, func(context.Context) error { return breaker.Ignore(errBroken) })
			if !errors.Is(err, errBroken) {
				t.Errorf("got %v", err)
			}
		},
	}
	for name, outcome := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{}
				b := quantum(rec)
				release := make(chan struct{})
				defer close(release)
				for range 10 {
					outcome(t, b, release)
				}
				if got := b.Snapshot(); got.State != breaker.Closed || got.FailuresInARow != 0 {
					t.Errorf("breaker moved: %+v", got)
				}
				if len(rec.list()) != 0 {
					t.Errorf("transitions %v", rec.list())
				}
			})
		})
	}
}

func TestCancelledProbeLeavesTheSlotFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		b := quantum(rec)
		release := make(chan struct{})
		defer close(release)
		for range 3 {
			_ = b.Do(t.Context(), 0, fails)
		}
		time.Sleep(31 * time.Second) //nolint:forbidigo // the bubble's clock, not a wait
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_ = b.Do(ctx, 0, hangs(release))
		if err := b.Do(t.Context(), 0, succeeds); err != nil {
			t.Fatalf("the next probe was refused: %v", err)
		}
	})
}

func TestPanicIsAFailureWithAStack(t *testing.T) {
	b := breaker.New(breaker.Options{Name: "quantum", Failures: 1})
	err := b.Do(t.Context(), 0, func(context.Context) error { panic("singular matrix") })
	var p *breaker.PanicError
	if !errors.As(err, &p) || p.Value != "singular matrix" || !bytes.Contains(p.Stack, []byte("breaker_test.go")) {
		t.Fatalf("got %v", err)
	}
	if got := b.Snapshot().State; got != breaker.Open {
		t.Errorf("state %s, want open", got)
	}
}

func TestGoexitLooksLikeAHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quantum(&recorder{})
		err := b.Do(t.Context(), 0, func(context.Context) error { runtime.Goexit(); return nil })
		var timeout *breaker.TimeoutError
		if !errors.As(err, &timeout) {
			t.Errorf("got %v, want a TimeoutError", err)
		}
	})
}

func TestSuccessEndsTheRowOfFailures(t *testing.T) {
	b := quantum(&recorder{})
	for range 5 {
		_ = b.Do(t.Context(), 0, fails)
		_ = b.Do(t.Context(), 0, fails)
		_ = b.Do(t.Context(), 0, succeeds)
	}
	if got := b.Snapshot(); got.State != breaker.Closed || got.FailuresInARow != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestTransitionIsLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	b := breaker.New(breaker.Options{Name: "quantum", Failures: 1, Logger: slog.New(slog.NewTextHandler(&out, nil))})
	_ = b.Do(t.Context(), 0, fails)
	_ = b.Do(t.Context(), 0, fails)
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d log lines, want 1:\n%s", n, out.String())
	}
	for _, want := range []string{"level=WARN", "breaker=quantum", "from=closed", "to=open"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("log line lacks %q: %s", want, out.String())
		}
	}
}

func TestConcurrentCallsAreSafe(t *testing.T) {
	b := breaker.New(breaker.Options{Name: "engine", Failures: 50})
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			fn := succeeds
			if i%2 == 0 {
				fn = fails
			}
			_ = b.Do(t.Context(), 0, fn)
			_ = b.Snapshot()
		})
	}
	wg.Wait()
}
