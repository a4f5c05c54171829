// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

func narrow(t *testing.T, s *Set, d *Dense) *PanelsI8 {
	t.Helper()
	return mustNarrow(t, s, s.PackI16(d).Store())
}

func mulI8(t *testing.T, s *Set, d *Dense, x []float32, rows int) []float32 {
	t.Helper()
	w := narrow(t, s, d)
	q, scales := quantizedI8(s, x, rows, w)
	y, check := guarded(rows*d.Out, 0)
	s.MulI8(q, scales, rows, w, Rows(y, d.Out))
	check(t)
	return y
}

func quantizedI8(s *Set, x []float32, rows int, w *PanelsI8) (q []uint8, scales []float32) {
	q, scales = Bytes(rows*w.in), Floats(rows*len(w.parts))
	rotated := Floats(w.in)
	for r := range rows {
		s.QuantizeI8(q, scales, rotated, x[r*w.in:], r, rows, w)
	}
	return q, scales
}

// TestProductsOfBytesAreWithinTheBound compares with products in double precision
// of rows that were rotated by the definition. Rounding moves a rotated input by at most
// half its scale and a weight by half of its own, so a product x*w moves by
// less than (|x|*ws + |w|*xs)/2 + xs*ws/4.
func TestProductsOfBytesAreWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, shape := range productShapes {
			const rows = 3
			in, out := shape[0], shape[1]
			d := randomDense(random(8), out, in)
			x := Floats(rows * in)
			fill(random(9), x)
			x[in/2] = 100 // an outlier, as models have them
			got := mulI8(t, s, d, x, rows)
			size := in / PartsI16(in)
			for r := range rows {
				for n := range out {
					want, bound := float64(d.Bias[n]), 0.0
					for first := 0; first < in; first += size {
						dot, off := rotatedDot(x[r*in+first:][:size], d.row(n, first, size))
						want, bound = want+dot, bound+off
					}
					if diff := math.Abs(float64(got[r*out+n]) - want); !(diff <= 1.01*bound+1e-4) {
						t.Fatalf("%dx%d: element %d,%d is %g, want %g within %g", in, out, r, n, got[r*out+n], want, bound)
					}
				}
			}
		}
	})
}

// rotatedDot is the product of two rows, and how far bytes may be off.
func rotatedDot(x, w []float32) (dot, bound float64) {
	a, b := hadamard(x, rotationOf(len(x))), hadamard(w, rotationOf(len(w)))
	as, bs := largestMagnitude(a)/limitI8, largestMagnitude(b)/limitI8
	for k := range a {
		dot += a[k] * b[k]
		bound += (math.Abs(a[k])*bs+math.Abs(b[k])*as)/2 + as*bs/4
	}
	return dot, bound
}

// hadamard rotates by the definition of the matrix, and keeps lengths.
func hadamard(x []float32, size int) []float64 {
	y := make([]float64, len(x))
	for i := range y {
		for j := range size {
			v := float64(x[i/size*size+j])
			if bits.OnesCount(uint(i%size&j))%2 == 1 {
				v = -v
			}
			y[i] += v / math.Sqrt(float64(size))
		}
	}
	return y
}

func largestMagnitude(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	return largest
}

func TestRotatedRowsEqualTheDefinition(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, size := range []int{32, 64, 128} {
			x, xCheck := guarded(384, 3)
			fill(random(7), x)
			y, yCheck := guarded(384, 5)
			s.Rotate(y, x, size)
			xCheck(t)
			yCheck(t)
			same := make([]float32, 384)
			generic.Rotate(&same[0], &x[0], 384, size)
			if !sameBits(y, same) {
				t.Errorf("size %d: not the bits of the generic one", size)
			}
			for i, v := range hadamard(x, size) {
				if want := v * math.Sqrt(float64(size)); math.Abs(float64(y[i])-want) > 1e-4 {
					t.Fatalf("size %d: element %d is %g, want %g", size, i, y[i], want)
				}
			}
			if s.Rotate(x, x, size); !sameBits(x, y) {
				t.Errorf("size %d: in place differs", size)
			}
		}
	})
}

func TestRowsOfBytesEqualTheGenericOnesBitForBit(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, n := range []int{32, 64, 384, 1536} {
			for _, scale := range []float32{0, 1e-35, 1e-20, 1, 1e20} {
				x, check := guarded(n, n%3)
				fill(random(uint64(n)), x)
				for i := range x {
					x[i] *= scale
				}
				got, want := slices.Repeat([]uint8{7}, n+64), slices.Repeat([]uint8{7}, n+64)
				a := s.quantizeI8(&got[32], &x[0], n, limitI8)
				b := generic.QuantizeI8(&want[32], &x[0], n, limitI8)
				check(t)
				if a != b || !slices.Equal(got, want) {
					t.Errorf("n %d, magnitude %g: scale %g, want %g; bytes equal: %t", n, scale, a, b, slices.Equal(got, want))
				}
				if slices.Min(want[32:32+n]) < offsetI8-limitI8 {
					t.Errorf("n %d, magnitude %g: a byte is above the limit", n, scale)
				}
			}
		}
	})
}

// TestSumsOfBytesNeitherSaturateNorOverflow multiplies the largest and the
// smallest bytes, whose pairs do not fit 16 bits.
func TestSumsOfBytesNeitherSaturateNorOverflow(t *testing.T) {
	const size, rows = longestPart, 17
	forEach(t, func(t *testing.T, s *Set) {
		a := slices.Repeat([]uint8{math.MaxUint8}, rows*size)
		b := aligned[int8](size * s.Width)
		for i := range b {
			b[i] = []int8{math.MaxInt8, math.MinInt8}[i/4%2] // of even and odd columns
		}
		start, ones, c := make([]int32, s.Width), slices.Repeat([]float32{1}, max(rows, s.Width)), Floats(rows*s.Width)
		for j := range start {
			start[j] = int32(7 * j)
		}
		for r := 0; r < rows; {
			h := s.tileRowsOfIntegers(rows - r)
			s.tileI8(h, size/4, &a[r*size], size, &b[0], &c[r*s.Width], s.Width, &ones[0], &ones[0], &start[0], &zeros[0], 0, &b[0])
			r += h
		}
		for i, v := range c {
			if want := []float32{255 * 127 * size, -255 * 128 * size}[i%2] + float32(start[i%s.Width]); v != want {
				t.Fatalf("sum %d is %g, want %g", i, v, want)
			}
		}
	})
}
