// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package breaker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// ErrOpen says that the call was not made, because the breaker is open or its
// probes are already under way.
var ErrOpen = errors.New("circuit breaker is open")

// errNotOurs marks an outcome that says nothing about the guarded path.
var errNotOurs = errors.New("not counted")

// ignored carries an error through the breaker without moving it.
type ignored struct{ err error }

func (e ignored) Error() string        { return e.err.Error() }
func (e ignored) Unwrap() error        { return e.err }
func (e ignored) Is(target error) bool { return target == errNotOurs }

// Ignore wraps err so that the breaker counts it neither as a failure nor as a
// success: the caller's own mistake, or a request that was shed. Ignore(nil) is
// nil.
func Ignore(err error) error {
	if err == nil {
		return nil
	}
	return ignored{err}
}

// TimeoutError says that a guarded call exceeded its own deadline.
type TimeoutError struct {
	Breaker string
	Limit   time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s exceeded its deadline of %v", e.Breaker, e.Limit)
}

// PanicError is a panic of a guarded call.
type PanicError struct {
	Breaker string
	Value   any
	// Stack belongs in a log, never in an answer.
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s panicked: %v", e.Breaker, e.Value) }

// Do runs fn unless the breaker refuses it, and reports the outcome to the
// breaker. fn gets a context that ends with ctx or with the call's own
// deadline, which is limit, or the breaker's CallTimeout when limit is 0 or
// larger.
//
// fn runs on its own goroutine. When the deadline passes Do returns at once
// and leaves fn behind; so fn must write its results where nobody reads them
// after an error. A panic in fn comes back as *PanicError.
func (b *Breaker) Do(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	report, err := b.steps.Allow()
	if err != nil {
		return fmt.Errorf("%s: %w", b.opt.Name, ErrOpen)
	}
	if limit <= 0 || limit > b.opt.CallTimeout {
		limit = b.opt.CallTimeout
	}
	err = b.call(ctx, limit, fn)
	report(attribute(ctx, err))
	return err
}

func (b *Breaker) call(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	callCtx, cancel := context.WithTimeoutCause(ctx, limit, &TimeoutError{Breaker: b.opt.Name, Limit: limit})
	defer cancel()
	done := make(chan error, 1) // room for the outcome of a call that was left behind
	go func() { done <- b.recovered(callCtx, fn) }()
	select {
	case err := <-done:
		return err
	case <-callCtx.Done():
	}
	select {
	case err := <-done: // it ended in the same instant: take its word
		return err
	default:
		return context.Cause(callCtx)
	}
}

// recovered turns a panic of fn into an error. A goroutine that fn ends with
// runtime.Goexit never reports and looks like a hang, which the deadline ends.
func (b *Breaker) recovered(ctx context.Context, fn func(context.Context) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Breaker: b.opt.Name, Value: v, Stack: debug.Stack()}
		}
	}()
	return fn(ctx)
}

// attribute decides whose outcome err is. The caller's context having ended
// explains a context error, but not a wrong answer or a panic.
func attribute(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Cause(ctx)) {
		return Ignore(err)
	}
	return err
}
