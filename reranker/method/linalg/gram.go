// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "github.com/quantumrerank/quantumrerank/reranker/engine/kernel"

// Gram writes the n x n matrix of inner products of the n rows of a to dst.
func Gram[T Real](dst []float64, a []T, n, dim int) {
	if single, ok := any(a).([]float32); ok {
		gram(dst, single, n, dim)
		return
	}
	for i := range n {
		row := a[i*dim : (i+1)*dim]
		for j := range i + 1 {
			g := Dot(row, a[j*dim:(j+1)*dim])
			dst[i*n+j] = g
			dst[j*n+i] = g
		}
	}
}

// CrossGram writes the na x nb matrix of inner products of the rows of a with
// the rows of b to dst. In float32 it is a product of the engine's kernels.
func CrossGram[T Real](dst []float64, a []T, na int, b []T, nb, dim int) {
	if single, ok := any(a).([]float32); ok {
		crossGram(dst, single, na, any(b).([]float32), nb, dim)
		return
	}
	for i := range na {
		row := a[i*dim : (i+1)*dim]
		for j := range nb {
			dst[i*nb+j] = Dot(row, b[j*dim:(j+1)*dim])
		}
	}
}

// gram is Gram by the kernels, one stripe of columns after the other, each from
// the diagonal down: the other half is its mirror image.
func gram(dst []float64, a []float32, n, dim int) {
	a, dim = aligned(a, n, dim)
	k := kernel.Default()
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	work := sized(buf, n*kernel.Align+k.ProjectScratch(kernel.Align, dim))
	product, scratch := work[:n*kernel.Align], work[n*kernel.Align:]
	for from := 0; from < n; from += kernel.Align {
		columns := min(kernel.Align, n-from)
		k.Project(product, a[from*dim:], n-from, a[from*dim:], columns, dim, scratch)
		for i := from; i < n; i++ {
			stripe := product[(i-from)*columns:]
			for j := range min(columns, i-from+1) {
				x := float64(stripe[j])
				dst[i*n+from+j] = x
				dst[(from+j)*n+i] = x
			}
		}
	}
}

// crossGram is CrossGram by the kernels.
func crossGram(dst []float64, a []float32, na int, b []float32, nb, dim int) {
	b, _ = aligned(b, nb, dim)
	a, dim = aligned(a, na, dim)
	k := kernel.Default()
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	work := sized(buf, na*nb+k.ProjectScratch(nb, dim))
	product := work[:na*nb]
	k.Project(product, a, na, b, nb, dim, work[na*nb:])
	for i, x := range product {
		dst[i] = float64(x)
	}
}

// aligned returns the rows of a, filled up with zeros to a multiple of eight
// as the kernels want it, and their new length.
func aligned(a []float32, rows, dim int) ([]float32, int) {
	wide := (dim + 7) &^ 7
	if wide == dim {
		return a, dim
	}
	out := make([]float32, rows*wide)
	for i := range rows {
		copy(out[i*wide:], a[i*dim:(i+1)*dim])
	}
	return out, wide
}
