// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package api is the vocabulary of the HTTP surface: the request and the
// answer in the form that every dialect shares, the rules that a request must
// keep, and the closed set of problems that an answer can report.
//
// Everything here is pure: no I/O, no clock, no log. Dialects translate their
// own JSON into a Request and an Answer into their own JSON.
package api
