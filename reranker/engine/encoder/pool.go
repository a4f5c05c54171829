// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Pool writes the vector of sequence i of the last batch to dst: the mean of
// its states or the state of its first token, as the model says, with unit
// length.
func (a *Arena) Pool(dst []float32, b *Batch, i int) {
	first, rows := a.place(b, i)
	copy(dst, a.State(first))
	if a.encoder.config.Pooling != model.CLS {
		// The mean's division is left out: the length is made one anyway.
		for r := 1; r < rows; r++ {
			for j, v := range a.State(first + r) {
				dst[j] += v
			}
		}
	}
	unit(dst, dst)
}

// Tokens writes the states of count tokens of sequence i, from its token skip
// on, to dst as rows of unit length.
func (a *Arena) Tokens(dst []float32, b *Batch, i, skip, count int) {
	first, _ := b.sequence(i)
	dim := a.encoder.config.HiddenSize
	for t := range count {
		unit(dst[t*dim:][:dim], a.State(first+skip+t))
	}
}

// unit writes x with unit length to dst, which may be x. A zero vector has no
// direction and stays zero.
func unit(dst, x []float32) {
	var squares float64
	for _, v := range x {
		squares += float64(v) * float64(v)
	}
	if squares == 0 {
		copy(dst, x)
		return
	}
	scale := float32(1 / math.Sqrt(squares))
	for i, v := range x {
		dst[i] = v * scale
	}
}
