// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit_test

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

func TestARefusalSaysWhyInNumbersAndWhenToComeBack(t *testing.T) {
	for name, tc := range map[string]struct {
		refuse func(*limit.Limiter) error
		want   limit.OverloadedError
	}{
		"too little patience": {
			func(l *limit.Limiter) error { return l.Look(0) },
			limit.OverloadedError{Reason: limit.ReasonQueue, RetryAfter: 50 * time.Millisecond, Detail: "the wait is about 2ms, longer than 0s"},
		},
		"bytes, and nobody to wait for": {
			func(l *limit.Limiter) error { _, err := l.Hold(60); return err },
			limit.OverloadedError{Reason: limit.ReasonBytes, RetryAfter: 100 * time.Millisecond, Detail: "40 of 75 bytes are in use and the request needs 60"},
		},
		"bytes of a large request": {
			func(l *limit.Limiter) error {
				_, err := l.Admit(t.Context(), limit.Cost{Bytes: 61, Tokens: 100}, time.Second)
				return err
			},
			limit.OverloadedError{Reason: limit.ReasonBytes, RetryAfter: 200 * time.Millisecond, Detail: "40 of 100 bytes are in use and the request needs 61"},
		},
		"a deadline that would be missed": {
			func(l *limit.Limiter) error {
				_, err := l.Admit(t.Context(), limit.Cost{Tokens: 100, Deadline: time.Now().Add(250 * time.Millisecond)}, time.Second)
				return err
			},
			limit.OverloadedError{Reason: limit.ReasonQueue, RetryAfter: 200 * time.Millisecond, Detail: "the request, or one that is under way, would miss its deadline by about 200ms"},
		},
		"a closed door": {
			func(l *limit.Limiter) error {
				l.Close(limit.ReasonMemory)
				l.Close(limit.ReasonDraining)
				l.Close(limit.ReasonMemory)
				l.Open(limit.ReasonDraining)
				return l.Look(time.Hour)
			},
			limit.OverloadedError{Reason: limit.ReasonMemory, RetryAfter: time.Second, Detail: "no new requests are taken"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := house(4, 100)
				admit(t, l, limit.Cost{Bytes: 20, Tokens: 1000}, time.Second)
				admit(t, l, limit.Cost{Bytes: 20, Tokens: 1000}, time.Minute)
				if diff := cmp.Diff(tc.want, *refusal(t, tc.refuse(l))); diff != "" {
					t.Errorf("refusal (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestABudgetMayBeUsedUp(t *testing.T) {
	l := house(4, 100)
	ticket := admit(t, l, limit.Cost{Bytes: 100}, time.Second)
	ticket.Release()
	_, err := l.Admit(t.Context(), limit.Cost{Bytes: 101}, time.Second)
	var large *limit.TooLargeError
	if !errors.As(err, &large) || err.Error() != "request needs about 101 bytes of memory, more than the budget of 100 bytes" {
		t.Errorf("got %v", err)
	}
	if got := (&limit.OverloadedError{Reason: "memory", Detail: "d", RetryAfter: 1499999 * time.Nanosecond}).Error(); got != "overloaded (memory): d; retry after 1ms" {
		t.Errorf("the error reads %q", got)
	}
}

func TestUsageCountsWhatRunsAndWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Bytes: 100, Requests: 1, Workers: 2, Speed: limit.NewSpeed(1000)})
		first := admit(t, l, limit.Cost{Bytes: 10, Tokens: 100}, time.Second)
		waited := make(chan time.Duration)
		go func() {
			ticket, err := l.Admit(t.Context(), limit.Cost{Bytes: 20, Tokens: 30}, time.Second)
			if err != nil {
				t.Error(err)
			}
			waited <- ticket.Waited
		}()
		synctest.Wait()
		want := limit.Usage{Bytes: 30, BytesLimit: 100, Running: 1, Waiting: 1, RequestsLimit: 1, Tokens: 130, TokensPerSecond: 2000}
		if diff := cmp.Diff(want, l.Usage()); diff != "" {
			t.Errorf("usage (-want +got):\n%s", diff)
		}
		<-time.After(70 * time.Millisecond)
		first.Release()
		if got := <-waited; got != 70*time.Millisecond {
			t.Errorf("the second stood in line for %v", got)
		}
	})
}

func TestOptionsThatAreLeftOutAreOneOfEach(t *testing.T) {
	l := limit.New(limit.Options{})
	if u := l.Usage(); u.RequestsLimit != 1 || math.Abs(u.TokensPerSecond-2000) > 1e-6 {
		t.Errorf("usage %+v", u)
	}
	admit(t, l, limit.Cost{Bytes: math.MaxInt64, Tokens: 2000}, 0)
	if o := refusal(t, l.Look(time.Second)); o.RetryAfter != 500*time.Millisecond {
		t.Errorf("got %+v: one second of work, or one and a half in a crowd", o)
	}
}

func TestAMeasuredStartIsTheWholeSpeed(t *testing.T) {
	s := limit.NewSpeed(10)
	s.Begin(0, time.Second)
	s.Begin(100, 0)
	s.Begin(-1, time.Second)
	if got := s.TokensPerSecond(); math.Abs(got-10) > 1e-9 {
		t.Errorf("a start without work made the speed %v", got)
	}
	s.Begin(1, time.Nanosecond)
	s.Begin(3000, 2*time.Second)
	if got := s.TokensPerSecond(); got != 1500 {
		t.Errorf("speed %v, want 1500", got)
	}
	s.Observe(0, time.Second)
	s.Observe(100, 0)
	if got := s.TokensPerSecond(); got != 1500 {
		t.Errorf("an observation of nothing made the speed %v", got)
	}
	// Two seconds are worth half of what they were after two more.
	s.Observe(500, 2*time.Second)
	if got, want := s.TokensPerSecond(), (3000./2+500)/(2./2+2); math.Abs(got-want) > 1e-9 {
		t.Errorf("speed %v, want %v", got, want)
	}
}

func TestEveryReasonIsListed(t *testing.T) {
	want := []limit.Reason{"queue_full", "byte_budget", "memory", "draining"}
	if diff := cmp.Diff(want, limit.Reasons()); diff != "" {
		t.Errorf("Reasons (-want +got):\n%s", diff)
	}
}
