// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Encoder is a model ready to run. It is safe for concurrent use, each
// goroutine with its own Arena.
type Encoder struct {
	config     model.Config
	kernels    *kernel.Set
	precision  Precision
	shape      shape
	embeddings embeddings
	layers     []layer
	head       *head        // nil for a bi-encoder
	passing    *model.Model // where layers are read for each pass; else nil
}

// Dim is the number of elements of a token state.
func (e *Encoder) Dim() int { return e.config.HiddenSize }

// Reads says which states of the last layer somebody reads. Only those are
// computed, and they are the same bits whatever else is.
type Reads int

// What is read: all states, or those of each sequence's first token, which is
// what Arena.Logit needs.
const (
	AllTokens Reads = iota
	FirstTokens
)

// Forward runs the batch through the model and leaves the states that are read in
// the arena; see Arena.State. An error means that the batch does not fit the
// model or the arena.
func (e *Encoder) Forward(a *Arena, b *Batch, reads Reads) error {
	if err := e.check(a, b); err != nil {
		return err
	}
	a.begin(b)
	next, err := e.layer(0)
	if err != nil {
		return err
	}
	e.embed(a, b, next.queryKeyValue)
	for i := range e.config.Layers {
		l := next
		if next, err = e.layer(i + 1); err != nil {
			return err
		}
		if i == e.config.Layers-1 {
			a.reads = reads
		}
		e.attend(a, b, l)
		e.feedForward(a, l, next.queryKeyValue)
	}
	return nil
}

// attend computes x = LayerNorm(x + Attention(x)) for the rows that are read.
func (e *Encoder) attend(a *Arena, b *Batch, l *layer) {
	s, n, kept := &e.shape, a.rows, a.kept(b)
	heads := kernel.Output{Data: a.heads, Stride: s.headDim, Block: s.headDim, BlockStride: n * s.headDim}
	l.queryKeyValue.apply(a, a.states, n, heads)
	for i := range b.Sequences() {
		first, length := b.sequence(i)
		to, queries := a.place(b, i)
		for h := range s.heads {
			at := func(matrix int) []float32 { return a.heads[((matrix*s.heads+h)*n+first)*s.headDim:] }
			out := a.context[to*s.context+h*s.headDim:]
			e.kernels.Attention(out, s.context, at(0), at(1), at(2), queries, length, s.headDim, a.attention)
		}
		for r := to; r < to+queries; r++ {
			l.attentionOut.take(a, a.context[r*s.context:], r, kept)
		}
	}
	a.keep(b)
	l.attentionOut.apply(a, a.context, kept, kernel.Rows(a.update, s.hidden))
	e.addAndNormalise(a, l.attentionNorm, l.expand)
}

// feedForward computes x = LayerNorm(x + W2 gelu(W1 x)).
func (e *Encoder) feedForward(a *Arena, l *layer, next linear) {
	s, n := &e.shape, a.rows
	l.expand.apply(a, a.states, n, kernel.Rows(a.inner, s.inner))
	for r := range n {
		x := a.inner[r*s.inner:][:s.inner]
		e.kernels.GELU(x)
		l.contract.take(a, x, r, n)
	}
	l.contract.apply(a, a.inner, n, kernel.Rows(a.update, s.hidden))
	e.addAndNormalise(a, l.outputNorm, next)
}

// addAndNormalise computes x = LayerNorm(x + update), row by row, for the
// next linear layer.
func (e *Encoder) addAndNormalise(a *Arena, w norm, next linear) {
	s, dim := &e.shape, e.config.HiddenSize
	for r := range a.rows {
		x := a.states[r*s.hidden:][:s.hidden]
		e.kernels.LayerNorm(x[:dim], x[:dim], a.update[r*s.hidden:][:dim], w.gamma, w.beta, float32(e.config.LayerNormEps))
		next.take(a, x, r, a.rows)
	}
}

// check makes sure that nothing in the batch can index out of a table.
func (e *Encoder) check(a *Arena, b *Batch) error {
	if a.encoder != e {
		return fmt.Errorf("arena belongs to another encoder")
	}
	if len(b.IDs) > a.capacity {
		return fmt.Errorf("batch has %d tokens, the arena holds %d", len(b.IDs), a.capacity)
	}
	return b.check(&e.config)
}
