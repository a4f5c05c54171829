// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// house has one worker of 1000 tokens a second, so that a token is a millisecond.
func house(requests int, bytes int64) *limit.Limiter {
	return limit.New(limit.Options{Bytes: bytes, Requests: requests, Workers: 1, Speed: limit.NewSpeed(1000)})
}

func admit(t *testing.T, l *limit.Limiter, cost limit.Cost, patience time.Duration) *limit.Ticket {
	t.Helper()
	ticket, err := l.Admit(t.Context(), cost, patience)
	if err != nil {
		t.Fatalf("admit %+v: %v", cost, err)
	}
	return ticket
}

func refusal(t *testing.T, err error) *limit.OverloadedError {
	t.Helper()
	var o *limit.OverloadedError
	if !errors.As(err, &o) {
		t.Fatalf("got %v, want an OverloadedError", err)
	}
	return o
}

func TestWaitIsPredictedFromTheWorkAhead(t *testing.T) {
	l := house(8, 0)
	admit(t, l, limit.Cost{Tokens: 5000}, time.Second)
	_, err := l.Admit(t.Context(), limit.Cost{Tokens: 1500}, time.Second)
	o := refusal(t, err)
	if o.Reason != limit.ReasonQueue || o.RetryAfter != 500*time.Millisecond {
		t.Errorf("got %+v: 1.5 s of work in turn, 1 s of patience", o)
	}
	if u := l.Usage(); u.Running != 1 || u.Waiting != 0 || u.Tokens != 5000 {
		t.Errorf("a refused request left something behind: %+v", u)
	}
}

func TestSmallRequestDoesNotWaitForALargeOne(t *testing.T) {
	l := house(8, 0)
	admit(t, l, limit.Cost{Tokens: 100_000}, time.Second)
	admit(t, l, limit.Cost{Tokens: 40}, 50*time.Millisecond)
}

func TestProgressShortensTheWait(t *testing.T) {
	l := house(8, 0)
	first := admit(t, l, limit.Cost{Tokens: 5000}, time.Second)
	first.Did(4500)
	admit(t, l, limit.Cost{Tokens: 5000}, 600*time.Millisecond)
}

func TestFullHouseIsLeftWhenItsGuestsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := house(2, 0)
		admit(t, l, limit.Cost{Tokens: 9000, EndBy: time.Now().Add(300 * time.Millisecond)}, time.Second)
		admit(t, l, limit.Cost{Tokens: 500, EndBy: time.Now().Add(500 * time.Millisecond)}, time.Second)
		_, err := l.Admit(t.Context(), limit.Cost{Tokens: 1}, 250*time.Millisecond)
		if o := refusal(t, err); o.RetryAfter != 200*time.Millisecond {
			t.Errorf("got %+v: the first guest leaves in 300 ms, or 450 in a crowd", o)
		}
		go func() { _, _ = l.Admit(t.Context(), limit.Cost{Tokens: 1}, 500*time.Millisecond) }()
		synctest.Wait()
		_, err = l.Admit(t.Context(), limit.Cost{Tokens: 1}, 400*time.Millisecond)
		if o := refusal(t, err); o.RetryAfter != 350*time.Millisecond {
			t.Errorf("got %+v: the second guest leaves in 500 ms, or 750 in a crowd", o)
		}
	})
}

func TestHeldBytesCountAndNeedNoPlace(t *testing.T) {
	l := house(1, 100)
	admit(t, l, limit.Cost{Bytes: 10, Tokens: 1e6}, time.Second)
	held, err := l.Hold(60)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Hold(6) // 76 of 100, of which 75 can be held
	if o := refusal(t, err); o.Reason != limit.ReasonBytes {
		t.Errorf("got %+v", o)
	}
	var large *limit.TooLargeError
	if _, err = l.Hold(76); !errors.As(err, &large) || large.Limit != 75 {
		t.Errorf("got %v", err)
	}
	held.Release()
	held.Release()
	if u := l.Usage(); u.Bytes != 10 || u.Running != 1 {
		t.Errorf("after release: %+v", u)
	}
}

func TestFreePlaceNeedsNoPatience(t *testing.T) {
	l := house(1, 0)
	for range 100 {
		admit(t, l, limit.Cost{Tokens: 1}, 0).Release()
	}
}

func TestBytesAreAllOrNothing(t *testing.T) {
	l := house(8, 100)
	first := admit(t, l, limit.Cost{Bytes: 60}, time.Second)
	_, err := l.Admit(t.Context(), limit.Cost{Bytes: 41}, time.Second)
	if o := refusal(t, err); o.Reason != limit.ReasonBytes {
		t.Errorf("got %+v", o)
	}
	if u := l.Usage(); u.Bytes != 60 {
		t.Errorf("%d bytes are held, want 60", u.Bytes)
	}
	first.Release()
	first.Release() // must not give back twice
	if u := l.Usage(); u.Bytes != 0 || u.Running != 0 {
		t.Errorf("after release: %+v", u)
	}
	admit(t, l, limit.Cost{Bytes: 100}, time.Second)
}

func TestWhatCanNeverFitIsNotOverload(t *testing.T) {
	_, err := house(8, 100).Admit(t.Context(), limit.Cost{Bytes: 101}, time.Second)
	var large *limit.TooLargeError
	if !errors.As(err, &large) || large.Bytes != 101 || large.Limit != 100 {
		t.Errorf("got %v", err)
	}
}

func TestLineIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := house(1, 0)
		ticket := admit(t, l, limit.Cost{Tokens: 1}, time.Second)
		var mu sync.Mutex
		var order []int
		for i := range 3 {
			go func() {
				next, err := l.Admit(t.Context(), limit.Cost{Tokens: 1}, time.Second)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				next.Release()
			}()
			synctest.Wait()
		}
		if u := l.Usage(); u.Waiting != 3 || u.Running != 1 {
			t.Fatalf("got %+v", u)
		}
		ticket.Release()
		synctest.Wait()
		if len(order) != 3 || order[0] != 0 || order[1] != 1 || order[2] != 2 {
			t.Errorf("served in the order %v", order)
		}
		if u := l.Usage(); u.Waiting != 0 || u.Running != 0 || u.Tokens != 0 {
			t.Errorf("at the end: %+v", u)
		}
	})
}

func TestWhoeverLeavesTheLineHoldsNothing(t *testing.T) {
	tests := map[string]struct {
		leave func(ctx context.Context) (context.Context, context.CancelFunc)
		check func(error) bool
	}{
		"the caller leaves": {
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, leave := context.WithCancel(ctx)
				go func() { <-time.After(time.Millisecond); leave() }()
				return ctx, leave
			},
			func(err error) bool { return errors.Is(err, context.Canceled) },
		},
		"the caller's deadline passes": {
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, time.Millisecond)
			},
			func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := house(1, 100)
				first := admit(t, l, limit.Cost{Bytes: 1}, time.Second)
				ctx, cancel := tc.leave(t.Context())
				defer cancel()
				if _, err := l.Admit(ctx, limit.Cost{Bytes: 99}, time.Second); !tc.check(err) {
					t.Errorf("got %v", err)
				}
				if u := l.Usage(); u.Bytes != 1 || u.Waiting != 0 {
					t.Errorf("left behind: %+v", u)
				}
				first.Release()
			})
		})
	}
}

func TestWhoWasLetInIsNotRefusedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := house(1, 0)
		first := admit(t, l, limit.Cost{Tokens: 10}, time.Second) // says 10 ms and takes 5 s
		go func() { <-time.After(5 * time.Second); first.Release() }()
		start := time.Now()
		admit(t, l, limit.Cost{Tokens: 1}, 100*time.Millisecond).Release()
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("the turn came after %v", took)
		}
	})
}

func TestALookThroughTheDoorChangesNothing(t *testing.T) {
	l := house(1, 100)
	if err := l.Look(0); err != nil {
		t.Errorf("an empty house: %v", err)
	}
	first := admit(t, l, limit.Cost{Bytes: 100, Tokens: 2000}, 0)
	if err := l.Look(4 * time.Second); err != nil {
		t.Errorf("2 s of work, 3 in a crowd, with 4 s of patience: %v", err)
	}
	before := l.Usage()
	if o := refusal(t, l.Look(time.Second)); o.Reason != limit.ReasonQueue || o.RetryAfter != 2*time.Second {
		t.Errorf("with 1 s of patience: %+v", o)
	}
	if l.Usage() != before {
		t.Errorf("a look left something behind: %+v", l.Usage())
	}
	first.Release()
	l.Close(limit.ReasonMemory)
	if o := refusal(t, l.Look(time.Hour)); o.Reason != limit.ReasonMemory {
		t.Errorf("a closed house: %+v", o)
	}
}

func TestNobodyIsLetInToFailOrToMakeOthersFail(t *testing.T) {
	in := func(ms int) time.Time { return time.Now().Add(time.Duration(ms) * time.Millisecond) }
	tests := map[string]struct {
		first, second func() limit.Cost
		late          time.Duration // 0: is let in
	}{
		"both in time": {
			func() limit.Cost { return limit.Cost{Tokens: 100, Deadline: in(400)} },
			func() limit.Cost { return limit.Cost{Tokens: 100, Deadline: in(400)} }, 0,
		},
		"the newcomer would be late": { // 100 ms in turn, 100 ms of its own, 300 in a crowd
			func() limit.Cost { return limit.Cost{Tokens: 100, Deadline: in(1000)} },
			func() limit.Cost { return limit.Cost{Tokens: 100, Deadline: in(250)} }, 50 * time.Millisecond,
		},
		"the other would be late": {
			func() limit.Cost { return limit.Cost{Tokens: 100, Deadline: in(200)} },
			func() limit.Cost { return limit.Cost{Tokens: 100} }, 100 * time.Millisecond,
		},
		"the other is lost": {
			func() limit.Cost { return limit.Cost{Tokens: 9000, Deadline: in(200)} },
			func() limit.Cost { return limit.Cost{Tokens: 100} }, 0,
		},
		"the other answers in any case": {
			func() limit.Cost { return limit.Cost{Tokens: 100, EndBy: in(110)} },
			func() limit.Cost { return limit.Cost{Tokens: 100} }, 0,
		},
		"alone, a slow speed is no reason": {
			nil, func() limit.Cost { return limit.Cost{Tokens: 9000, Deadline: in(200)} }, 0,
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := house(8, 0)
				if tc.first != nil {
					admit(t, l, tc.first(), time.Hour)
				}
				_, err := l.Admit(t.Context(), tc.second(), time.Hour)
				switch {
				case tc.late == 0 && err != nil:
					t.Errorf("refused: %v", err)
				case tc.late > 0:
					if o := refusal(t, err); o.Reason != limit.ReasonQueue || o.RetryAfter != tc.late {
						t.Errorf("got %+v", o)
					}
				}
			})
		})
	}
}

// Some requests know only inside what they bring.
func TestATicketBecomesWhatItsRequestBrings(t *testing.T) {
	l := house(8, 1000)
	other := admit(t, l, limit.Cost{Bytes: 300, Tokens: 10}, 0)
	ticket := admit(t, l, limit.Cost{Bytes: 100, Tokens: 5000}, time.Second)
	l.Close(limit.ReasonDraining) // who is inside is served
	if err := ticket.Become(limit.Cost{Bytes: 700, Tokens: 40}); err != nil {
		t.Error(err)
	}
	if u := l.Usage(); u.Bytes != 1000 || u.Tokens != 50 || u.Running != 2 {
		t.Errorf("got %+v", u)
	}
	if o := refusal(t, ticket.Become(limit.Cost{Bytes: 701, Tokens: 1})); o.Reason != limit.ReasonBytes {
		t.Errorf("one byte too many: %+v", o)
	}
	var large *limit.TooLargeError
	if err := ticket.Become(limit.Cost{Bytes: 1001}); !errors.As(err, &large) {
		t.Errorf("more than there is at all: %v", err)
	}
	if u := l.Usage(); u.Bytes != 1000 || u.Tokens != 50 {
		t.Errorf("a refusal changed the ticket: %+v", u)
	}
	ticket.Release()
	other.Release()
	if u := l.Usage(); u.Bytes != 0 || u.Running != 0 {
		t.Errorf("left behind: %+v", u)
	}
}

func TestClosedHouseSaysWhy(t *testing.T) {
	l := house(1, 0)
	l.Close(limit.ReasonMemory)
	_, err := l.Admit(t.Context(), limit.Cost{}, time.Second)
	if o := refusal(t, err); o.Reason != limit.ReasonMemory {
		t.Errorf("got %+v", o)
	}
	l.Open(limit.ReasonDraining) // another reason does not open it
	if _, err := l.Admit(t.Context(), limit.Cost{}, time.Second); err == nil {
		t.Error("opened for the wrong reason")
	}
	l.Close(limit.ReasonDraining)
	l.Close(limit.ReasonMemory)
	l.Open(limit.ReasonMemory)
	_, err = l.Admit(t.Context(), limit.Cost{}, time.Second)
	if o := refusal(t, err); o.Reason != limit.ReasonDraining {
		t.Errorf("one reason taken back, the other forgotten: %+v", o)
	}
	l.Open(limit.ReasonDraining)
	admit(t, l, limit.Cost{}, time.Second)
}

func TestConcurrentAdmissionKeepsItsBudgets(t *testing.T) {
	l := house(4, 50)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 50 {
				ticket, err := l.Admit(t.Context(), limit.Cost{Bytes: 10, Tokens: 3}, time.Second)
				if err != nil {
					continue
				}
				if u := l.Usage(); u.Bytes > 50 || u.Running > 4 {
					t.Errorf("over budget: %+v", u)
				}
				ticket.Did(1)
				ticket.Release()
			}
		})
	}
	wg.Wait()
	if u := l.Usage(); u.Bytes != 0 || u.Running != 0 || u.Waiting != 0 || u.Tokens != 0 {
		t.Errorf("at the end: %+v", u)
	}
}

func TestSpeedFollowsTheMachine(t *testing.T) {
	s := limit.NewSpeed(100)
	for range 100 {
		s.Observe(500, 100*time.Millisecond)
	}
	if got := s.TokensPerSecond(); got < 4500 || got > 5000 {
		t.Errorf("after 10 s at 5000 tokens a second: %v", got)
	}
	s.Observe(0, time.Second)
	s.Observe(5, 0)
	if got := s.Time(5000); got < time.Second || got > 1200*time.Millisecond {
		t.Errorf("5000 tokens take %v", got)
	}
}
