// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package breaker

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// State is where a breaker stands.
type State string

// States of a breaker.
const (
	Closed   State = "closed"    // every call goes through
	HalfOpen State = "half-open" // a probe goes through
	Open     State = "open"      // no call goes through
)

// States lists every state, for metrics that show one series per state.
func States() []State { return []State{Closed, HalfOpen, Open} }

// Transition is one change of state.
type Transition struct {
	Breaker  string
	From, To State
}

// Options configure a Breaker. A zero field takes the default beside it.
type Options struct {
	// Name names the guarded path in logs and metrics.
	Name string
	// Failures in a row open the breaker; 5.
	Failures int
	// OpenFor is how long the breaker stays open before it admits a probe; 60 s.
	OpenFor time.Duration
	// Probes is how many calls are admitted while half-open, and how many must
	// succeed in a row to close the breaker; 1.
	Probes int
	// CallTimeout is the deadline of each guarded call, 10 s. A call that
	// exceeds it counts as a failure, whatever the caller's own deadline is.
	CallTimeout time.Duration
	// OnChange is called after each transition, outside of any lock of the
	// caller's. It must not call the breaker.
	OnChange func(Transition)
	// Logger receives one line per transition; nil logs nothing.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Failures <= 0 {
		o.Failures = 5
	}
	if o.OpenFor <= 0 {
		o.OpenFor = 60 * time.Second
	}
	if o.Probes <= 0 {
		o.Probes = 1
	}
	if o.CallTimeout <= 0 {
		o.CallTimeout = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Breaker guards one path. It is safe for concurrent use.
type Breaker struct {
	opt      Options
	steps    *gobreaker.TwoStepCircuitBreaker[struct{}]
	openedAt atomic.Int64 // Unix nanoseconds of the last opening
}

// New returns a closed breaker.
func New(opt Options) *Breaker {
	b := &Breaker{opt: opt.withDefaults()}
	b.steps = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        b.opt.Name,
		MaxRequests: uint32(b.opt.Probes),
		Timeout:     b.opt.OpenFor,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return int(c.ConsecutiveFailures) >= b.opt.Failures
		},
		OnStateChange: func(_ string, from, to gobreaker.State) { b.changed(state(from), state(to)) },
		IsExcluded:    func(err error) bool { return errors.Is(err, errNotOurs) },
	})
	return b
}

// changed runs under gobreaker's lock: it must not ask for the state.
func (b *Breaker) changed(from, to State) {
	if to == Open {
		b.openedAt.Store(time.Now().UnixNano())
	}
	level := slog.LevelInfo
	if to == Open {
		level = slog.LevelWarn
	}
	b.opt.Logger.Log(context.Background(), level, "Breaker changed state",
		"breaker", b.opt.Name, "from", string(from), "to", string(to))
	if b.opt.OnChange != nil {
		b.opt.OnChange(Transition{Breaker: b.opt.Name, From: from, To: to})
	}
}

// Snapshot is what a health page shows of a breaker.
type Snapshot struct {
	Name  string
	State State
	// FailuresInARow counts since the last success; 0 unless closed.
	FailuresInARow int
	// RetryAfter is how long the breaker stays open from now; 0 unless open.
	RetryAfter time.Duration
}

// Snapshot returns the present state.
func (b *Breaker) Snapshot() Snapshot {
	s := Snapshot{Name: b.opt.Name, State: state(b.steps.State())}
	switch s.State {
	case Closed:
		s.FailuresInARow = int(b.steps.Counts().ConsecutiveFailures)
	case Open:
		s.RetryAfter = max(0, time.Until(time.Unix(0, b.openedAt.Load()).Add(b.opt.OpenFor)))
	}
	return s
}

// Name returns the name of the guarded path.
func (b *Breaker) Name() string { return b.opt.Name }

func state(s gobreaker.State) State {
	switch s {
	case gobreaker.StateOpen:
		return Open
	case gobreaker.StateHalfOpen:
		return HalfOpen
	default:
		return Closed
	}
}
