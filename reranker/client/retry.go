// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Retry says how often and how fast to try again.
type Retry struct {
	// Attempts is the number of requests at most, the first one included.
	Attempts int
	// First is the pause before the second attempt when the server names none;
	// it doubles up to Longest. Pauses vary at random between a half and the
	// whole, so that callers who were refused together do not return together.
	First, Longest time.Duration
}

// DefaultRetry is used without WithRetry. Three requests are enough to reach
// another pod; more would turn an overload into a storm.
var DefaultRetry = Retry{Attempts: 3, First: 100 * time.Millisecond, Longest: 5 * time.Second}

// NoRetry asks once.
var NoRetry = Retry{Attempts: 1}

// wait pauses after a failed attempt and reports whether to try again.
func (r Retry) wait(ctx context.Context, attempt int, err error) bool {
	if attempt >= r.Attempts || ctx.Err() != nil || !curable(err) {
		return false
	}
	pause := r.pause(attempt, err)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		// The answer could only come too late: say so now.
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// curable reports whether time can help: the server said so, or there was no
// answer at all. A rerank changes nothing, so that asking twice does no harm.
func curable(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Temporary()
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

func (r Retry) pause(attempt int, err error) time.Duration {
	pause := r.Longest
	if doubled := r.First << min(attempt-1, 62); doubled>>min(attempt-1, 62) == r.First { // else it is beyond all bounds
		pause = min(doubled, r.Longest)
	}
	if pause > 0 {
		pause = pause/2 + rand.N(pause/2+1) //nolint:gosec // not a secret
	}
	var e *Error
	if errors.As(err, &e) && e.RetryAfter > pause {
		// Never sooner than asked for, and a little later at random.
		pause = e.RetryAfter + rand.N(e.RetryAfter/10+1) //nolint:gosec // not a secret
	}
	return pause
}
