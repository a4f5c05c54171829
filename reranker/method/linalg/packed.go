// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// Packed is a float32 matrix laid out for many products with it by the fastest
// kernels of this CPU. A row of a product depends on that row and on the packed
// matrix alone, so equal input gives equal bits. It is safe for concurrent use.
type Packed struct {
	dim, width int
	panels     *kernel.PanelsF32
}

// padded holds matrices that were filled up with zeros, between calls:
// without it they were a third of what a document allocates.
var padded = sync.Pool{New: func() any { return new([]float32) }}

// Pack lays out the rows x dim matrix a. Both sizes are padded by zeros to
// what the kernels need.
func Pack(a []float32, rows, dim int) *Packed {
	p := &Packed{dim: dim, width: kernel.Pad(rows)}
	d := kernel.Dense{Out: p.width, In: kernel.Pad(dim), Bias: make([]float32, p.width)}
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	d.Weights = sized(buf, d.Out*d.In)
	clear(d.Weights)
	for i := range rows {
		copy(d.Weights[i*d.In:], a[i*dim:(i+1)*dim])
	}
	p.panels = kernel.Default().PackAlone(&d)
	return p
}

// sized returns n elements of *buf, which grows if it must.
func sized(buf *[]float32, n int) []float32 {
	if cap(*buf) < n {
		*buf = make([]float32, n)
	}
	return (*buf)[:n]
}

// Combine returns the r x dim matrix C A of the r x n coefficients c and the
// n x dim matrix a: r sums of rows of a.
//
// It is computed as its transpose, A'C', because packing the small C is cheap
// and packing A' is not.
func Combine(c []float32, r int, a []float32, n, dim int) []float32 {
	packed := Pack(c, r, n)
	in := kernel.Pad(n)
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	work := sized(buf, dim*(in+packed.width))
	turned, product := work[:dim*in], work[dim*in:]
	for j := range dim {
		clear(turned[j*in+n : (j+1)*in])
	}
	transpose(turned, in, a, n, dim)
	kernel.Default().MulF32(turned, dim, packed.panels, kernel.Rows(product, packed.width))
	out := make([]float32, r*dim)
	for j := range dim {
		for k, x := range product[j*packed.width : j*packed.width+r] {
			out[k*dim+j] = x
		}
	}
	return out
}

// transpose writes the n x dim matrix a to dst, column by column of stride
// elements; eight rows at a time, so that whole cache lines are written.
func transpose(dst []float32, stride int, a []float32, n, dim int) {
	i := 0
	for ; i+8 <= n; i += 8 {
		r0, r1, r2, r3 := a[i*dim:(i+1)*dim], a[(i+1)*dim:(i+2)*dim], a[(i+2)*dim:(i+3)*dim], a[(i+3)*dim:(i+4)*dim]
		r4, r5, r6, r7 := a[(i+4)*dim:(i+5)*dim], a[(i+5)*dim:(i+6)*dim], a[(i+6)*dim:(i+7)*dim], a[(i+7)*dim:(i+8)*dim]
		for j := range r0 {
			column := dst[j*stride+i : j*stride+i+8 : j*stride+i+8]
			column[0], column[1], column[2], column[3] = r0[j], r1[j], r2[j], r3[j]
			column[4], column[5], column[6], column[7] = r4[j], r5[j], r6[j], r7[j]
		}
	}
	for ; i < n; i++ {
		for j, x := range a[i*dim : (i+1)*dim] {
			dst[j*stride+i] = x
		}
	}
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
	kernel.Default().MulF32(x, n, p.panels, kernel.Rows(dst, p.width))
}

// SquaredLength returns the inner product of a with itself in single
// precision.
func SquaredLength(a []float32) float64 { return float64(kernel.Default().Dot(a, a)) }
