// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package decode reads the bodies of requests into the form that all dialects
// share.
//
// The dialects agree on what a key means wherever they use the same key, so
// that there is one table of keys (keys.go) and one pass over the body; which
// dialect was meant is decided afterwards, from the keys that were present.
// Whatever only some dialects allow, such as documents that are objects, is
// accepted here and noted in StrictError, for a dialect that does not.
//
// Reading stops at the first document beyond the limit, and no more of a text
// is kept than the limit on its characters, so that the memory of a request is
// bounded by its limits and not by its body.
package decode
