// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"slices"
	"unsafe"

	"github.com/quantumrerank/quantumrerank/reranker/method/lexical"
	"github.com/quantumrerank/quantumrerank/reranker/method/state"
)

// Query is a prepared query. It is safe for concurrent use.
type Query struct {
	pooled      []float32 // nil: degenerate
	tokens      state.Ensemble[float32]
	hasTokens   bool
	probe       *state.Probe // for Mixed
	purity      float64      // for Overlap
	bag         lexical.Bag
	fingerprint uint64
}

// Document is a prepared document. It does not depend on any query, so it can
// be cached by the document's text. It is safe for concurrent use.
type Document struct {
	pooled      []float32               // nil: degenerate
	subspace    state.Subspace[float32] // for Mixed
	tokens      state.Ensemble[float32] // for Overlap and Fidelity
	hasTokens   bool
	purity      float64 // for Overlap
	bag         lexical.Bag
	fingerprint uint64
}

// Bytes returns the memory that the query holds, for caches with a bound.
func (q *Query) Bytes() int {
	n := int(unsafe.Sizeof(*q)) + 4*(cap(q.pooled)+cap(q.tokens.Rows)) + 8*cap(q.tokens.Weights) + q.bag.Bytes()
	if q.probe != nil {
		n += q.probe.Bytes()
	}
	return n
}

// Bytes returns the memory that the document holds, for caches with a bound.
func (d *Document) Bytes() int {
	return int(unsafe.Sizeof(*d)) + 4*(cap(d.pooled)+cap(d.subspace.Basis)+cap(d.tokens.Rows)) +
		8*cap(d.tokens.Weights) + d.bag.Bytes()
}

// PrepareQuery does the work that all documents of a request share.
func (s *Scorer) PrepareQuery(f Features) *Query {
	q := &Query{pooled: f.pooled(), bag: lexical.NewBag(f.IDs)}
	if s.needsTokens() {
		q.tokens, q.hasTokens = f.ensemble(s.weight)
	}
	switch {
	case !q.hasTokens:
	case s.quantum.State == Mixed:
		q.probe = state.NewProbe(q.tokens)
		q.tokens = state.Ensemble[float32]{}
	default:
		q.tokens.Rows, q.purity = s.keep(f, q.tokens)
	}
	if s.quantum.Shots > 0 {
		q.fingerprint = f.fingerprint()
	}
	return q
}

// PrepareDocument does the work of a document that no query changes. The same
// features give the same bits.
func (s *Scorer) PrepareDocument(f Features) *Document {
	d := &Document{pooled: f.pooled(), bag: lexical.NewBag(f.IDs)}
	if s.quantum.Shots > 0 {
		d.fingerprint = f.fingerprint()
	}
	if !s.needsTokens() {
		return d
	}
	tokens, ok := f.ensemble(s.weight)
	d.hasTokens = ok
	switch {
	case !ok:
	case s.quantum.State == Mixed:
		d.subspace = state.Leading(tokens, s.quantum.Rank)
	default:
		d.tokens = tokens
		d.tokens.Rows, d.purity = s.keep(f, tokens)
	}
	return d
}

// keep returns rows that do not belong to the caller, and the purity if the
// state needs it.
func (s *Scorer) keep(f Features, e state.Ensemble[float32]) (rows []float32, purity float64) {
	if rows = e.Rows; &rows[0] == &f.Tokens[0] {
		rows = slices.Clone(rows)
	}
	if s.quantum.State == Overlap {
		purity = state.Purity(e)
	}
	return rows, purity
}

// needsTokens reports whether the quantum score reads token states.
func (s *Scorer) needsTokens() bool { return s.quantum.State != Pure }
