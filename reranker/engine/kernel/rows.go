// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "fmt"

// LayerNorm writes the normalised sum of x and residual to dst: see
// generic.LayerNorm. All slices have the same length; dst may be one of them.
func (s *Set) LayerNorm(dst, x, residual, gamma, beta []float32, eps float32) {
	n := len(dst)
	if n == 0 || len(x) != n || len(residual) != n || len(gamma) != n || len(beta) != n {
		panic(fmt.Sprintf("BUG: layer norm of %d, %d, %d, %d and %d elements", n, len(x), len(residual), len(gamma), len(beta)))
	}
	s.layerNorm(&dst[0], &x[0], &residual[0], &gamma[0], &beta[0], n, eps)
}

// GELU applies the Gaussian error linear unit to every element of x.
func (s *Set) GELU(x []float32) {
	if len(x) > 0 {
		s.gelu(&x[0], len(x))
	}
}

// Softmax makes the first n elements of row a probability distribution and the
// rest zero.
func (s *Set) Softmax(row []float32, n int) {
	if n < 1 || n > len(row) {
		panic(fmt.Sprintf("BUG: softmax of %d elements of %d", n, len(row)))
	}
	s.softmax(&row[0], n, len(row))
}

// PackKeys packs rows of dim elements as the columns of panels: see
// generic.Keys. dst has room for rows rounded up to the panel width.
func (s *Set) PackKeys(dst, keys []float32, stride, rows, dim int) {
	padded := s.PadColumns(rows)
	if rows < 1 || stride < dim || len(keys) < (rows-1)*stride+dim || len(dst) < padded*dim {
		panic(fmt.Sprintf("BUG: pack %d keys of %d elements, stride %d, from %d into %d", rows, dim, stride, len(keys), len(dst)))
	}
	s.keys(&dst[0], &keys[0], stride, rows, dim)
}

// PadColumns rounds n up to a multiple of the panel width.
func (s *Set) PadColumns(n int) int { return (n + s.Width - 1) / s.Width * s.Width }
