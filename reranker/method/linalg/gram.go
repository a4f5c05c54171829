// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

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
		packed := Pack(any(b).([]float32), nb, dim)
		product := make([]float32, na*packed.Width())
		packed.Times(product, single, na)
		for i := range na {
			for j, x := range product[i*packed.Width() : i*packed.Width()+nb] {
				dst[i*nb+j] = float64(x)
			}
		}
		return
	}
	for i := range na {
		row := a[i*dim : (i+1)*dim]
		for j := range nb {
			dst[i*nb+j] = Dot(row, b[j*dim:(j+1)*dim])
		}
	}
}
