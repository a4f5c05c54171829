// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package limit decides at the door whether a request can be served, so that
// overload is answered in milliseconds and never by running out of memory.
//
// A request has a cost in bytes, which it holds until it is answered, and in
// tokens, which is the work it brings. It is admitted as a whole or not at all:
//
//   - Its bytes must fit beside the bytes of everybody else's.
//   - Its predicted wait must not exceed what it can bear, which is the smaller
//     of the caller's deadline and the configured longest wait.
//   - At most so many requests are worked on at a time; the next ones wait in
//     line, first come, first served.
//
// The predicted wait is the work ahead divided by the measured speed. The
// engine serves the admitted requests in turn, so of a request that is being
// worked on only as many tokens are ahead as the new one has itself: a request
// of four documents does not wait for one of a thousand.
package limit
