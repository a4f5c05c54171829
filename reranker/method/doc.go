// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package method scores a document against a query by one of three methods:
//
//	classical  (1 + cos(q,d)) / 2 of the pooled embeddings
//	quantum    the overlap of two quantum states, computed exactly (package
//	           state); by default Tr(rho_q Pi_d), the share of the query's
//	           token states inside the subspace of the document's
//	hybrid     a fixed convex mixture of both and of a lexical term
//
// Everything here is a pure function of vectors: no clock, no log, no
// randomness but the one that a seed repeats. Preparing a text (once, and
// cacheable) is apart from scoring a pair (cheap). A score is finite, lies in
// [0,1], and depends on nothing but the query, the document and the options:
// never on the other documents of a request, so that batches, caches and
// replicas all agree.
//
// A text without a direction (no tokens, a zero vector, a NaN) has no state.
// It scores 0 and says so; it is never an error.
package method
