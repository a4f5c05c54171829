// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// Default returns the best set of this CPU, for callers that need a few vector
// operations and no choice.
var Default = sync.OnceValue(func() *Set { return Available()[0] })

// Dot is the inner product of two vectors of the same length.
func (s *Set) Dot(a, b []float32) float32 {
	n := len(a)
	if len(b) != n {
		panic(fmt.Sprintf("BUG: dot product of %d and %d elements", n, len(b)))
	}
	sum, whole := float32(0), n&^(Align-1)
	if whole > 0 {
		sum = s.dot(&a[0], &b[0], whole)
	}
	if whole < n {
		sum += generic.Dot(&a[whole], &b[whole], n-whole)
	}
	return sum
}

// Gram writes the inner products of all pairs of n rows of dim elements:
//
//	dst[i*n+j] = x[i]·x[j]
//
// scratch is as for Project.
func (s *Set) Gram(dst, x []float32, n, dim int, scratch []float32) {
	s.Project(dst, x, n, x, n, dim, scratch)
}

// ProjectScratch is the number of elements that Project needs as working memory.
func (s *Set) ProjectScratch(vectors, dim int) int {
	return s.PadColumns(vectors)*dim + s.Rows*s.Width
}

// Project writes the inner products of rows rows of x with the given number of
// vectors, such as those of an orthonormal basis, all of dim elements, which is
// a multiple of 8:
//
//	dst[r*vectors+v] = x[r]·basis[v]
func (s *Set) Project(dst, x []float32, rows int, basis []float32, vectors, dim int, scratch []float32) {
	if rows < 0 || vectors < 0 || dim < 1 || dim%8 != 0 || len(x) < rows*dim || len(basis) < vectors*dim ||
		len(dst) < rows*vectors || len(scratch) < s.ProjectScratch(vectors, dim) {
		panic(fmt.Sprintf("BUG: project %d rows on %d vectors of %d elements: %d and %d elements into %d, scratch %d", rows, vectors, dim, len(x), len(basis), len(dst), len(scratch)))
	}
	if rows == 0 || vectors == 0 {
		return
	}
	panels, last := scratch[:s.PadColumns(vectors)*dim], scratch[s.PadColumns(vectors)*dim:]
	s.PackKeys(panels, basis, vectors, dim)
	for v := 0; v < vectors; v += s.Width {
		for r := 0; r < rows; {
			h := s.tileRows(rows - r)
			if v+s.Width <= vectors {
				s.tileF32(h, dim, &x[r*dim], dim, &panels[v*dim], s.Width, &dst[r*vectors+v], vectors, &zeros[0], &panels[v*dim])
			} else {
				s.tileF32(h, dim, &x[r*dim], dim, &panels[v*dim], s.Width, &last[0], s.Width, &zeros[0], &panels[v*dim])
				for i := range h {
					copy(dst[(r+i)*vectors+v:(r+i+1)*vectors], last[i*s.Width:])
				}
			}
			r += h
		}
	}
}
