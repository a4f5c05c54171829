// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTheFusedLoopMatchesItsDefinition compares both implementations with
// the formula, for all lengths around the sizes of vectors, and looks for
// writes beyond the end.
func TestTheFusedLoopMatchesItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	draw := func(n int) []float64 {
		v := make([]float64, n+1)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	type loop func(row []float64, s float64, x []float64, t float64, y, in []float64, scale float64, out []float64) float64
	for name, f := range map[string]loop{"chosen": fused, "generic": fusedGeneric} {
		for n := range 40 {
			row, x, y, in, out := draw(n), draw(n), draw(n), draw(n), draw(n)
			s, u, scale := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()
			wantRow, wantOut, wantDot := slices.Clone(row), slices.Clone(out), 0.0
			for i := range n {
				wantRow[i] += s*x[i] + u*y[i]
				wantDot += wantRow[i] * in[i]
				wantOut[i] += scale * wantRow[i]
			}
			dot := f(row[:n], s, x[:n], u, y[:n], in[:n], scale, out[:n])
			if math.Abs(dot-wantDot) > 1e-12 {
				t.Errorf("%s, length %d: product %v, want %v", name, n, dot, wantDot)
			}
			for i := range n + 1 {
				if math.Abs(row[i]-wantRow[i]) > 1e-13 || math.Abs(out[i]-wantOut[i]) > 1e-13 {
					t.Errorf("%s, length %d: element %d is %v and %v, want %v and %v", name, n, i, row[i], out[i], wantRow[i], wantOut[i])
				}
			}
		}
	}
}
