// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package static

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestEigenvectorsAreOrthonormalAndDiagonalize(t *testing.T) {
	const n = 40
	r, x := rand.New(rand.NewPCG(5, 6)), make([]float32, n*n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	a := make([]float64, n*n)
	gram(a, x, n, n)
	whole := append([]float64(nil), a...)
	values, vectors := eigen(a, n)
	for i := range n {
		if i > 0 && values[i] > values[i-1] {
			t.Errorf("value %d is larger than the one before", i)
		}
		for j := range n {
			dot, form := 0.0, 0.0
			for k := range n {
				dot += vectors[i*n+k] * vectors[j*n+k]
				for l := range n {
					form += vectors[i*n+k] * whole[k*n+l] * vectors[j*n+l]
				}
			}
			wantDot, wantForm := 0.0, 0.0
			if i == j {
				wantDot, wantForm = 1, values[i]
			}
			if math.Abs(dot-wantDot) > 1e-10 || math.Abs(form-wantForm) > 1e-9*values[0] {
				t.Fatalf("vectors %d and %d: product %g, want %g; form %g, want %g", i, j, dot, wantDot, form, wantForm)
			}
		}
	}
}
