// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// words is the table of word embeddings, rows of size elements.
type words interface {
	// add computes dst = row(id) + x. scratch has as many elements as dst.
	add(dst, x []float32, id int, scratch []int16)
}

// floatWords are the rows as the model has them.
type floatWords struct{ rows []float32 }

func (w *floatWords) add(dst, x []float32, id int, _ []int16) {
	word := row(w.rows, id, len(dst))
	for j, v := range x {
		dst[j] = word[j] + v
	}
}

// roundedWords are the rows of the model, each rounded to int16 with a scale of
// its own whenever it is looked up: the same numbers that integerWords keep.
type roundedWords struct {
	kernels *kernel.Set
	rows    []float32
}

func (w *roundedWords) add(dst, x []float32, id int, scratch []int16) {
	scale := w.kernels.QuantizeRow(scratch, row(w.rows, id, len(dst)), math.MaxInt16)
	addInteger(dst, x, scratch, scale)
}

// integerWords are rounded rows. They take half the memory, and the error of
// 1/65534 of a row's largest element is lost among those of the layers.
type integerWords struct {
	rows   []int16
	scales []float32
}

func (w *integerWords) add(dst, x []float32, id int, _ []int16) {
	addInteger(dst, x, w.rows[id*len(dst):][:len(dst)], w.scales[id])
}

// addInteger computes dst = scale*word + x. The conversion keeps compilers from
// fusing the two operations: all machines agree to the last bit.
func addInteger(dst, x []float32, word []int16, scale float32) {
	for j, v := range x {
		dst[j] = float32(float32(word[j])*scale) + v
	}
}
