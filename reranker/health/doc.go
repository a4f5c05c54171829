// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package health says how a pod is, from facts and not from hope.
//
//   - live: the process answers. It asks nothing of anybody, so that a busy
//     engine can never get a pod killed.
//   - ready: the model is loaded and has passed its self-test, memory is below
//     the mark at which new work is refused, and the pod is not leaving.
//   - detailed: the memory in use against the limit, and a golden pair of texts
//     run through the real engine and compared with its known similarity.
//
// The names of fields and status words are part of the API and stay.
package health
