// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

func mulBF16(t *testing.T, s *Set, d *Dense, x []float32, rows int) []float32 {
	t.Helper()
	w, err := s.RoundBF16(s.PackI16(d).Store())
	if err != nil {
		t.Fatal(err)
	}
	y, check := guarded(rows*d.Out, 0)
	s.MulBF16(roundedBF16(s, x, rows, d.In), rows, w, Rows(y, d.Out))
	check(t)
	return y
}

func roundedBF16(s *Set, x []float32, rows, in int) []uint16 {
	q := Halves(SizeBF16(rows, in))
	for r := range rows {
		s.RoundRowBF16(q, x[r*in:][:in], r)
	}
	return q
}

// TestProductsOfBFloat16AreWithinTheBound compares with products in double
// precision. Each factor is rounded by at most 2^-9 of itself, weights by half a step of
// int16 before; sums err as those of float32 do.
func TestProductsOfBFloat16AreWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, shape := range productShapes {
			const rows = 3
			in, out := shape[0], shape[1]
			d := randomDense(random(8), out, in)
			x := Floats(rows * in)
			fill(random(9), x)
			got := mulBF16(t, s, d, x, rows)
			stored := s.PackI16(d).Store()
			size := in / len(stored.Parts)
			for r := range rows {
				for n := range out {
					sum, magnitude, coarse := float64(d.Bias[n]), math.Abs(float64(d.Bias[n])), 0.0
					for k := range in {
						a, w := float64(x[r*in+k]), float64(d.Weights[n*in+k])
						sum += a * w
						magnitude += math.Abs(a * w)
						coarse += math.Abs(a) * float64(stored.Parts[k/size].Scales[n]) / 2
					}
					bound := magnitude*(0x1p-8+0x1p-17+float64(in+2)*0x1p-23) + 1.01*coarse
					if diff := math.Abs(float64(got[r*out+n]) - sum); !(diff <= bound) {
						t.Fatalf("%dx%d: element %d,%d is %g, want %g within %g", in, out, r, n, got[r*out+n], sum, bound)
					}
				}
			}
		}
	})
}

func TestRowsOfBFloat16EqualTheGenericOnesBitForBit(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, n := range []int{32, 64, 384} {
			x, check := guarded(n, n%3)
			fill(random(uint64(n)), x)
			copy(x, []float32{0, float32(math.Copysign(0, -1)), 1, 1 + 0x1p-8, 1 + 3*0x1p-8, -1 - 0x1p-8 - 0x1p-20, math.MaxFloat32, float32(math.Inf(-1)), 1e-40})
			got, want := slices.Repeat([]uint16{7}, 2*32*n), slices.Repeat([]uint16{7}, 2*32*n)
			s.RoundRowBF16(got, x, 33)
			generic.RoundBF16(&want[32*n+32], &x[0], n, 32*32)
			check(t)
			if !slices.Equal(got, want) {
				t.Errorf("%d elements differ from generic", n)
			}
			if even := want[32*n+32:][2:5]; !slices.Equal(even, []uint16{0x3f80, 0x3f80, 0x3f82}) {
				t.Errorf("1, 1+2^-8 and 1+3*2^-8 are rounded to %x, want the even neighbours", even)
			}
		}
	})
}
