// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "github.com/quantumrerank/quantumrerank/reranker/engine/kernel"

// Gram writes the n x n matrix of inner products of the n rows of a to dst.
func Gram[T Real](dst []float64, a []T, n, dim int) {
	if single, ok := any(a).([]float32); ok {
		CrossGram(dst, single, n, single, n, dim)
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

// crossGram is CrossGram by the kernels, which take dimensions that are
// multiples of eight.
func crossGram(dst []float64, a []float32, na int, b []float32, nb, dim int) {
	k := kernel.Default()
	if dim%8 != 0 {
		wide := (dim + 7) &^ 7
		same := &a[0] == &b[0]
		if a = widened(a, na, dim, wide); same {
			b = a
		} else {
			b = widened(b, nb, dim, wide)
		}
		dim = wide
	}
	buf := padded.Get().(*[]float32)
	defer padded.Put(buf)
	work := sized(buf, na*nb+k.ProjectScratch(nb, dim))
	product := work[:na*nb]
	k.Project(product, a, na, b, nb, dim, work[na*nb:])
	for i, x := range product {
		dst[i] = float64(x)
	}
}

// widened returns the rows of a, filled up with zeros.
func widened(a []float32, rows, dim, wide int) []float32 {
	out := make([]float32, rows*wide)
	for i := range rows {
		copy(out[i*wide:], a[i*dim:(i+1)*dim])
	}
	return out
}
