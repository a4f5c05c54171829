// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
)

func TestWithoutOptionsFiveFailuresOpenForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := breaker.New(breaker.Options{Name: "quantum"})
		for i := range 5 {
			if got := b.Snapshot(); got != (breaker.Snapshot{Name: "quantum", State: breaker.Closed, FailuresInARow: i}) {
				t.Fatalf("after %d failures: %+v", i, got)
			}
			_ = b.Do(t.Context(), 0, fails)
		}
		if got := b.Snapshot(); got != (breaker.Snapshot{Name: "quantum", State: breaker.Open, RetryAfter: time.Minute}) {
			t.Errorf("after 5 failures: %+v", got)
		}
		if err := b.Do(t.Context(), 0, succeeds); !errors.Is(err, breaker.ErrOpen) || err.Error() != "quantum: circuit breaker is open" {
			t.Errorf("got %v", err)
		}
		<-time.After(time.Minute + time.Nanosecond)
		_ = b.Do(t.Context(), 0, succeeds)
		if got := b.Snapshot().State; got != breaker.Closed {
			t.Errorf("after one probe: %s", got)
		}
	})
}

func TestACallEndsAtTheShorterOfBothLimits(t *testing.T) {
	for _, tc := range []struct{ own, limit, want time.Duration }{
		{0, 0, 10 * time.Second},
		{time.Second, 0, time.Second},
		{time.Second, time.Minute, time.Second},
		{time.Second, time.Millisecond, time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			defer close(release)
			start := time.Now()
			err := breaker.New(breaker.Options{Name: "quantum", CallTimeout: tc.own}).Do(t.Context(), tc.limit, hangs(release))
			if want := fmt.Sprintf("quantum exceeded its deadline of %v", tc.want); err == nil || err.Error() != want || time.Since(start) != tc.want {
				t.Errorf("after %v: %v, want %q", time.Since(start), err, want)
			}
		})
	}
}

func TestEveryProbeMustSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []breaker.Transition
		b := breaker.New(breaker.Options{
			Name: "quantum", Failures: 1, OpenFor: time.Second, Probes: 2,
			OnChange: func(c breaker.Transition) { told = append(told, c) },
		})
		_ = b.Do(t.Context(), 0, fails)
		<-time.After(2 * time.Second)
		_ = b.Do(t.Context(), 0, succeeds)
		if got := b.Snapshot().State; got != breaker.HalfOpen {
			t.Errorf("after one of two probes: %s", got)
		}
		_ = b.Do(t.Context(), 0, succeeds)
		want := []breaker.Transition{
			{Breaker: "quantum", From: breaker.Closed, To: breaker.Open},
			{Breaker: "quantum", From: breaker.Open, To: breaker.HalfOpen},
			{Breaker: "quantum", From: breaker.HalfOpen, To: breaker.Closed},
		}
		if !slices.Equal(told, want) {
			t.Errorf("transitions %v, want %v", told, want)
		}
	})
}

func TestAFailureOfThePathCountsAlthoughTheCallerIsGone(t *testing.T) {
	gone := errors.New("the caller hung up")
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"its own failure":       {errBroken, 1},
		"the cause, handed on":  {fmt.Errorf("encode: %w", gone), 0},
		"the context's error":   {fmt.Errorf("encode: %w", context.Canceled), 0},
		"the context's timeout": {context.DeadlineExceeded, 0},
	} {
		heard := false
		for range 1000 { // Do may leave before the path's own word comes
			b := breaker.New(breaker.Options{Name: "quantum"})
			ctx, cancel := context.WithCancelCause(t.Context())
			err := b.Do(ctx, 0, func(context.Context) error {
				cancel(gone)
				return tc.err
			})
			if heard = errors.Is(err, tc.err); heard {
				if got := b.Snapshot().FailuresInARow; got != tc.want {
					t.Errorf("%s: %d failures, want %d", name, got, tc.want)
				}
				break
			}
		}
		if !heard {
			t.Errorf("%s: the path's own word never came", name)
		}
	}
}

func TestEveryStateIsListed(t *testing.T) {
	want := []breaker.State{breaker.Closed, breaker.HalfOpen, breaker.Open}
	if got := breaker.States(); !slices.Equal(got, want) {
		t.Errorf("States() = %v, want %v", got, want)
	}
}

func TestErrorsOfAPathNameIt(t *testing.T) {
	b := breaker.New(breaker.Options{Name: "quantum"})
	err := b.Do(t.Context(), 0, func(context.Context) error { panic("singular matrix") })
	if err == nil || err.Error() != "quantum panicked: singular matrix" {
		t.Errorf("got %v", err)
	}
	if err := breaker.Ignore(errBroken); err.Error() != "broken" {
		t.Errorf("Ignore changed the text to %q", err)
	}
	if err := breaker.Ignore(nil); err != nil {
		t.Errorf("Ignore made an error of none: %v", err)
	}
}
