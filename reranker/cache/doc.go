// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cache keeps what was computed from a text, bounded by bytes, so that
// a text seen before costs nothing and two requests never compute the same
// text at once.
//
// An entry is found by the SHA-256 of the model's digest, the kind of text and
// the text itself. Nothing else decides a value, so a hit gives the same bits
// as a computation: the cache can change the time of an answer and never a
// score.
//
// Claim makes concurrent misses of one key into one computation: the first
// caller leads and must end its flight with Land or Abandon; the others follow
// and wait for it. A follower of an abandoned flight claims again.
//
// The least recently used entries leave first. Values are shared and must not
// be changed.
package cache
