// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Sizes that the kernels have to fill up, and rests of every loop.
func TestAPackedMatrixMultipliesInEverySize(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	random := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(rng.NormFloat64())
		}
		return out
	}
	for _, size := range [][3]int{{1, 1, 1}, {3, 5, 2}, {16, 64, 4}, {17, 33, 3}, {33, 100, 9}} {
		rows, dim, n := size[0], size[1], size[2]
		a, x := random(rows*dim), random(n*dim)
		p := Pack(a, rows, dim)
		Pack(random(rows*dim), rows, dim) // the buffer that both used is not part of the first
		dst := make([]float32, n*p.Width())
		p.Times(dst, x, n)
		for i := range n {
			for j := range p.Width() {
				want := 0.0
				for k := 0; j < rows && k < dim; k++ {
					want += float64(a[j*dim+k]) * float64(x[i*dim+k])
				}
				if got := float64(dst[i*p.Width()+j]); math.Abs(got-want) > 1e-4 {
					t.Fatalf("%d x %d times %d: product %d, %d is %v, want %v", rows, dim, n, i, j, got, want)
				}
			}
		}
		if p.Width() < rows || p.Bytes() < 4*rows*dim {
			t.Errorf("%d x %d: width %d, %d bytes", rows, dim, p.Width(), p.Bytes())
		}
	}
}

func TestTheSquaredLengthOfATextsVector(t *testing.T) {
	if got := SquaredLength([]float32{3, 4, 12}); got != 169 {
		t.Errorf("got %v, want 169", got)
	}
}
