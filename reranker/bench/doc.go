// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package bench puts load on a rerank server and says whether it holds its
// targets.
//
// There are two kinds of load. A closed scenario has users who send all their
// requests at once, as the standard load test does: it asks how long a burst
// takes. An open one sends at a rate, whether or not answers come back: it asks
// what callers see who do not wait for one another. In an open scenario the
// time of a request counts from when it was due, not from when it was sent, so
// that a slow server cannot hide its slowness by slowing down the sender.
//
// Times are those of answered requests (status 200) until the last byte of the
// body was read, in seconds inside this package and milliseconds in reports.
// Refusals (429, and 503 with Retry-After) and errors (everything else) are
// counted apart. A percentile is the smallest time that at least that share of
// the answers did not exceed (nearest rank); nothing is interpolated.
package bench
