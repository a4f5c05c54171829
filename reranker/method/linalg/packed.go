// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// kernels is the fastest set of this CPU. A row of its products depends on
// that row and on the packed matrix alone, so equal input gives equal bits.
var kernels = sync.OnceValue(func() *kernel.Set { return kernel.Available()[0] })

// Packed is a float32 matrix laid out for many products with it. It is safe
// for concurrent use.
type Packed struct {
	rows, dim, width int
	panels           *kernel.PanelsF32
}

// Pack lays out the rows x dim matrix a. Both sizes are padded by zeros to
// what the kernels need.
func Pack(a []float32, rows, dim int) *Packed {
	return pack(rows, dim, func(dst []float32, stride int) {
		for i := range rows {
			copy(dst[i*stride:], a[i*dim:(i+1)*dim])
		}
	})
}

// PackTransposed lays out the transpose of the rows x dim matrix a: the
// product then adds up rows of a.
func PackTransposed(a []float32, rows, dim int) *Packed {
	return pack(dim, rows, func(dst []float32, stride int) {
		for i := range rows {
			for j, x := range a[i*dim : (i+1)*dim] {
				dst[j*stride+i] = x
			}
		}
	})
}

// padded holds the matrices that pack fills up with zeros, between calls:
// without it they were a third of what a document allocates.
var padded = sync.Pool{New: func() any { return new([]float32) }}

// pack lays out the matrix that fill writes over zeros.
func pack(rows, dim int, fill func(dst []float32, stride int)) *Packed {
	p := &Packed{rows: rows, dim: dim, width: kernel.Pad(rows)}
	d := kernel.Dense{Out: p.width, In: kernel.Pad(dim), Bias: make([]float32, p.width)}
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	if cap(*buf) < d.Out*d.In {
		*buf = make([]float32, d.Out*d.In)
	}
	d.Weights = (*buf)[:d.Out*d.In]
	clear(d.Weights)
	fill(d.Weights, d.In)
	p.panels = kernels().PackF32(&d)
	return p
}

// Width is the length of a row of a product; beyond the rows of the packed
// matrix it holds zeros.
func (p *Packed) Width() int { return p.width }

// Bytes returns the memory that p holds.
func (p *Packed) Bytes() int { return 4 * p.width * kernel.Pad(p.dim) }

// Times writes the n x Width matrix of inner products of the rows of x, n x dim,
// with the packed rows to dst.
func (p *Packed) Times(dst, x []float32, n int) {
	if in := kernel.Pad(p.dim); in != p.dim {
		wide := make([]float32, n*in)
		for i := range n {
			copy(wide[i*in:], x[i*p.dim:(i+1)*p.dim])
		}
		x = wide
	}
	kernels().MulF32(x, n, p.panels, kernel.Rows(dst, p.width))
}
