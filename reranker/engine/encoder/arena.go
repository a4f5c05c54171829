// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// shape holds the sizes of the matrices, padded for the kernels. Padding
// columns are zero in the weights, so they are zero in the results too.
type shape struct {
	hidden  int // of states
	heads   int
	headDim int // of one head
	context int // of all heads together
	inner   int // of the feed-forward part
}

func newShape(c *model.Config) shape {
	s := shape{
		hidden:  kernel.Pad(c.HiddenSize),
		heads:   c.Heads,
		headDim: kernel.Pad(c.HiddenSize / c.Heads),
		inner:   kernel.Pad(c.Intermediate),
	}
	s.context = s.heads * s.headDim
	return s
}

// Arena is the working memory of forward passes of up to a fixed number of
// tokens. One goroutine uses it at a time.
type Arena struct {
	encoder  *Encoder
	capacity int
	rows     int   // of the states: tokens of the last batch, or those that are read
	reads    Reads // which rows the layer at hand leaves

	states    []float32 // [rows][hidden]
	update    []float32 // [tokens][hidden], what is added to the states
	heads     []float32 // [Q, K, V][heads][tokens][headDim]
	context   []float32 // [tokens][heads*headDim], the result of attention
	inner     []float32 // [tokens][inner]
	attention []float32 // scratch of one head

	word     []int16   // one row of the word embeddings
	integers []int16   // the input of a layer in 16 bits
	bytes    []uint8   // or in bytes
	scales   []float32 // and its scales for each token
	rotated  []float32 // one row on its way to bytes
	halves   []uint16  // or in bfloat16, without scales
}

// NewArena returns an arena for batches of up to tokens tokens.
func (e *Encoder) NewArena(tokens int) *Arena {
	s := &e.shape
	longest := min(tokens, e.config.MaxPositions)
	a := &Arena{
		encoder:   e,
		capacity:  tokens,
		states:    kernel.Floats(tokens * s.hidden),
		update:    kernel.Floats(tokens * s.hidden),
		heads:     kernel.Floats(tokens * 3 * s.context),
		context:   kernel.Floats(tokens * s.context),
		inner:     kernel.Floats(tokens * s.inner),
		attention: kernel.Floats(e.kernels.AttentionScratch(longest, s.headDim)),
	}
	widest := max(s.hidden, s.context, s.inner)
	if e.precision != Float32 {
		a.word = make([]int16, e.config.HiddenSize)
	}
	bytes, others := e.format(true), e.format(false)
	if bytes == Int8 {
		a.bytes = kernel.Bytes(tokens * widest)
		a.rotated = kernel.Floats(widest)
	}
	switch others {
	case BFloat16:
		a.halves = kernel.Halves(kernel.SizeBF16(tokens, widest))
	case Int16:
		a.integers = kernel.Integers(tokens * widest)
	}
	if bytes == Int8 || others == Int16 {
		a.scales = kernel.Floats(tokens * e.parts())
	}
	return a
}

// parts is the largest number of scales that a token needs in a layer.
func (e *Encoder) parts() int {
	s := &e.shape
	return max(kernel.PartsI16(s.hidden), kernel.PartsI16(s.context), kernel.PartsI16(s.inner))
}

// Capacity is the number of tokens that the arena holds.
func (a *Arena) Capacity() int { return a.capacity }

// State returns row r of the states that the last pass left: of token r of the
// batch, or of sequence r where first tokens are read. It is valid until the next
// pass.
func (a *Arena) State(r int) []float32 {
	h := a.encoder.shape.hidden
	return a.states[r*h:][:a.encoder.config.HiddenSize]
}

// begin makes the arena ready for a batch.
func (a *Arena) begin(b *Batch) { a.rows, a.reads = len(b.IDs), AllTokens }

// place returns the rows of sequence i among those that are read.
func (a *Arena) place(b *Batch, i int) (first, rows int) {
	if a.reads == FirstTokens {
		return i, 1
	}
	return b.sequence(i)
}

// kept is the number of rows that are read.
func (a *Arena) kept(b *Batch) int {
	if a.reads == FirstTokens {
		return b.Sequences()
	}
	return len(b.IDs)
}

// keep moves the states that are read to their places.
func (a *Arena) keep(b *Batch) {
	a.rows = a.kept(b)
	if a.reads == AllTokens {
		return
	}
	h := a.encoder.shape.hidden
	for i := range b.Sequences() {
		from, _ := b.sequence(i) // never before place i
		copy(a.states[i*h:][:h], a.states[from*h:][:h])
	}
}
