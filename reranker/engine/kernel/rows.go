// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// LayerNorm writes the normalised sum of x and residual to dst: see
// generic.LayerNorm. All slices have the same length; dst may be one of them.
func (s *Set) LayerNorm(dst, x, residual, gamma, beta []float32, eps float32) {
	n := len(dst)
	if n == 0 || len(x) != n || len(residual) != n || len(gamma) != n || len(beta) != n {
		panic(fmt.Sprintf("BUG: layer norm of %d, %d, %d, %d and %d elements", n, len(x), len(residual), len(gamma), len(beta)))
	}
	f := s.layerNorm
	if !whole(n) {
		f = generic.LayerNorm
	}
	f(&dst[0], &x[0], &residual[0], &gamma[0], &beta[0], n, eps)
}

// GELU applies the Gaussian error linear unit to every element of x.
func (s *Set) GELU(x []float32) {
	switch n := len(x); {
	case n == 0:
	case whole(n):
		s.gelu(&x[0], n)
	default:
		generic.GELU(&x[0], n)
	}
}

// Softmax makes each of rows rows of n elements a probability distribution. n
// is a multiple of the panel width.
func (s *Set) Softmax(x []float32, rows, n int) {
	if rows < 1 || n < 1 || n%s.Width != 0 || len(x) < rows*n {
		panic(fmt.Sprintf("BUG: softmax of %d rows of %d elements in %d", rows, n, len(x)))
	}
	s.softmax(&x[0], rows, n)
}

// PackKeys packs rows of dim elements as the columns of panels:
//
//	dst[p*dim*Width + d*Width + j] = keys[(p*Width+j)*dim + d]
//
// dst has room for rows rounded up to the panel width; what is left over of the
// last panel becomes zero.
func (s *Set) PackKeys(dst, keys []float32, rows, dim int) {
	padded := s.PadColumns(rows)
	if rows < 1 || dim%8 != 0 || len(keys) < rows*dim || len(dst) < padded*dim {
		panic(fmt.Sprintf("BUG: pack %d keys of %d elements from %d into %d", rows, dim, len(keys), len(dst)))
	}
	if padded > rows {
		clear(dst[(padded-s.Width)*dim : padded*dim])
	}
	whole := rows &^ 7
	for r := 0; r < whole; r += 8 {
		s.transpose8(s.key(dst, r, dim), s.Width, &keys[r*dim], dim, dim)
	}
	for r := whole; r < rows; r++ {
		column := dst[r/s.Width*s.Width*dim+r%s.Width:]
		for d, v := range keys[r*dim : (r+1)*dim] {
			column[d*s.Width] = v
		}
	}
}

// key returns the place of row r's first element in the panels.
func (s *Set) key(dst []float32, r, dim int) *float32 {
	return &dst[r/s.Width*s.Width*dim+r%s.Width]
}

// PadColumns rounds n up to a multiple of the panel width.
func (s *Set) PadColumns(n int) int { return (n + s.Width - 1) / s.Width * s.Width }

// whole reports whether rows of n elements are whole vectors for the assembly;
// rows of other lengths are computed by the generic twins.
func whole(n int) bool { return n%Align == 0 }
