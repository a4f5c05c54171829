// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package quota keeps one caller from taking all of a server: it bounds how
// many requests each key may send in a minute and have under way at a time.
package quota

import (
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Options bound what one key may use. Zero means no bound.
type Options struct {
	// PerMinute is the number of requests in a minute. They flow back evenly,
	// one after each 60/PerMinute seconds, and a minute's worth can be saved up.
	PerMinute int
	// Concurrent is the number of requests at a time, waiting ones included.
	Concurrent int
	// Now is time.Now unless set.
	Now func() time.Time
}

// Book knows what each key has used. It is safe for concurrent use. It grows
// with the number of keys, which the server's owner hands out.
type Book struct {
	opt  Options
	mu   sync.Mutex
	keys map[string]*account
}

// account is what one key has used.
type account struct {
	bucket *rate.Limiter
	active int
}

// New returns a Book that nobody has used, or nil when nothing is bounded.
func New(opt Options) *Book {
	if opt.PerMinute <= 0 && opt.Concurrent <= 0 {
		return nil
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Book{opt: opt, keys: map[string]*account{}}
}

// State is what a key has left of its minute. It is the zero State where that
// is not bounded.
type State struct {
	// Limit is the number of requests in a minute, Remaining what can be sent
	// at once, Reset the time until a whole minute's worth is there again.
	Limit, Remaining int
	Reset            time.Duration
}

// Reason says which bound was met.
type Reason string

// Reasons of a refusal.
const (
	Rate        Reason = "rate"
	Concurrency Reason = "concurrency"
)

// RefusedError says that a key has used what it may.
type RefusedError struct {
	Reason Reason
	// Limit is the bound.
	Limit int
	// RetryAfter is when there is room again; a guess for Concurrency, because
	// nobody knows when the key's other requests end.
	RetryAfter time.Duration
}

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Reason == Rate {
		return fmt.Sprintf("the key has sent its %d requests of this minute", e.Limit)
	}
	return fmt.Sprintf("the key has %d requests under way, the most it may have", e.Limit)
}

// busyRetry is the guess for Concurrency.
const busyRetry = time.Second

// Enter notes a request of a key, which ends with a call of leave. The error
// is a *RefusedError; a refused request costs the key nothing.
func (b *Book) Enter(name string) (leave func(), s State, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.opt.Now()
	a, ok := b.keys[name]
	if !ok {
		a = &account{bucket: rate.NewLimiter(b.perSecond(), b.opt.PerMinute)}
		b.keys[name] = a
	}
	if b.opt.Concurrent > 0 && a.active >= b.opt.Concurrent {
		return nil, b.state(a, now), &RefusedError{Concurrency, b.opt.Concurrent, busyRetry}
	}
	if b.opt.PerMinute > 0 && !a.bucket.AllowN(now, 1) {
		missing := 1 - a.bucket.TokensAt(now)
		return nil, b.state(a, now), &RefusedError{Rate, b.opt.PerMinute, b.after(missing)}
	}
	a.active++
	return sync.OnceFunc(func() { b.leave(a) }), b.state(a, now), nil
}

func (b *Book) leave(a *account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a.active--
}

func (b *Book) perSecond() rate.Limit { return rate.Limit(float64(b.opt.PerMinute) / 60) }

// after is how long it takes for so many requests to flow back.
func (b *Book) after(requests float64) time.Duration {
	return time.Duration(math.Ceil(requests / float64(b.perSecond()) * float64(time.Second)))
}

func (b *Book) state(a *account, now time.Time) State {
	if b.opt.PerMinute <= 0 {
		return State{}
	}
	left := max(0, a.bucket.TokensAt(now))
	return State{
		Limit: b.opt.PerMinute, Remaining: int(left), Reset: b.after(float64(b.opt.PerMinute) - left),
	}
}
