// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"testing"
)

func TestDotIsWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for n := range 130 {
			x, check := guarded(n, n%9)
			y := make([]float32, n)
			r := random(uint64(n))
			fill(r, x)
			fill(r, y)
			got := float64(s.Dot(x, y))
			check(t)
			want, bound := exactDot(x, y)
			if !(math.Abs(got-want) <= bound) {
				t.Fatalf("%d elements: %g, want %g within %g", n, got, want, bound)
			}
		}
	})
}

// exactDot returns a dot product and the bound of its error in float32.
func exactDot(x, y []float32) (sum, bound float64) {
	for i := range x {
		p := float64(x[i]) * float64(y[i])
		sum += p
		bound += math.Abs(p)
	}
	return sum, bound * float64(len(x)+2) * 0x1p-24
}

func TestProjectAndGramAreInnerProducts(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, dim := range []int{8, 32, 384} {
			for vectors := 0; vectors <= 2*s.Width+1; vectors += 1 + vectors/8 {
				for _, rows := range []int{0, 1, 5, 2*s.Rows + 1} {
					checkProject(t, s, rows, vectors, dim)
				}
			}
		}
	})
}

func checkProject(t *testing.T, s *Set, rows, vectors, dim int) {
	t.Helper()
	r := random(uint64(rows*100 + vectors))
	x, basis := make([]float32, rows*dim), make([]float32, vectors*dim)
	fill(r, x)
	fill(r, basis)
	dst, check := guarded(rows*vectors, 3)
	scratch, scratchCheck := guarded(s.ProjectScratch(max(vectors, rows), dim), 1)
	s.Project(dst, x, rows, basis, vectors, dim, scratch)
	check(t)
	scratchCheck(t)
	for i, got := range dst {
		row, v := i/vectors, i%vectors
		want, bound := exactDot(x[row*dim:(row+1)*dim], basis[v*dim:(v+1)*dim])
		if !(math.Abs(float64(got)-want) <= bound) {
			t.Fatalf("%d rows, %d vectors of %d: element %d,%d is %g, want %g", rows, vectors, dim, row, v, got, want)
		}
	}
	gram, other := make([]float32, rows*rows), make([]float32, rows*rows)
	s.Gram(gram, x, rows, dim, scratch)
	s.Project(other, x, rows, x, rows, dim, scratch)
	if !sameBits(gram, other) {
		t.Fatalf("%d rows of %d: the Gram matrix is not the projection on themselves", rows, dim)
	}
}
