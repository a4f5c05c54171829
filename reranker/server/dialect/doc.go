// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package dialect holds what differs between the rerank APIs that clients
// speak: which keys they use, what is strict, and the JSON of answers and
// errors. A dialect is a row in a table and two small functions.
//
// There are two kinds of places. The routes at the root accept a union: which
// dialect was meant follows from the keys of the body by the rules of
// detect.go, and errors have our own shape, which the clients of all dialects
// can read. Under /compat/<dialect>/ only that dialect is spoken, and answers
// and errors have exactly its shapes, for the few clients that need that.
package dialect
