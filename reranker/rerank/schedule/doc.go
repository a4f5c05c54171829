// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package schedule shares the cores between requests.
//
// A request brings its items (texts) in the order in which they should be
// worked on, each with a cost in tokens. Workers, at most as many as cores,
// take micro-batches of a bounded number of tokens from the requests in turn,
// so that a request of a thousand documents takes its share and no more, and
// one of four documents is done after four turns.
//
// A request stops being served between two micro-batches: when its context has
// ended, or when the next micro-batch is predicted to end too late for it to
// be of use. Work that is done for a request that has left is counted.
//
// Workers are goroutines that exist only while there is work; there is nothing
// to close.
package schedule
