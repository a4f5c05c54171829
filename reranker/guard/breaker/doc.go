// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package breaker keeps a failing path of the engine from being tried again
// and again: after a number of failures in a row the path is closed to callers
// for a while, then one probe decides whether it has recovered.
//
// The state machine is sony/gobreaker. This package adds what a server needs
// around it:
//
//   - Every call has its own deadline, the half-open probe included. gobreaker
//     alone would let a hung probe hold its slot for ever.
//   - A panic is a failure with a stack, never a crash.
//   - Whose fault it was decides whether it counts: a caller who cancelled, a
//     caller whose deadline passed, a request that was shed and anything wrapped
//     by Ignore leave the breaker alone.
//   - Every transition is logged once and handed to a callback for metrics.
//
// The clock is time.Now; tests run in a testing/synctest bubble.
package breaker
