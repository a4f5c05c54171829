// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "math"

// claim is that a kernel computes what plain Go does, within a bound: none where
// every set has the same bits, and otherwise what the tests allow.
type claim struct {
	kernel  string
	bound   float64
	compute func(s *Set) []float32
}

var claims = []claim{
	{"keys", 0, keysClaim},
	{"rotation", 0, rotationClaim},
	{"int16 rows", 0, rowsI16Claim},
	{"int8 rows", 0, rowsI8Claim},
	{"dot product", 4e-4, dotClaim},
	{"layer norm", 1e-5, normClaim},
	{"GELU", 4e-6, geluClaim},
	{"softmax", 5e-6, softmaxClaim},
	{"float32 products", 2e-4, productsF32Claim},
	{"int16 products", 0, productsI16Claim},
	{"int8 products", 0, productsI8Claim},
}

func keysClaim(s *Set) []float32 {
	y := make([]float32, 8*16)
	s.transpose8(&y[0], 8, &numbers(8 * 16)[0], 16, 16)
	return y
}

func rotationClaim(s *Set) []float32 {
	x := numbers(2 * rotatedTogether)
	s.rotate(&x[0], &x[0], len(x))
	return x
}

func rowsI16Claim(s *Set) []float32 {
	q := Integers(2 * Align)
	scale := s.QuantizeRow(q, numbers(len(q)), 4321)
	return append(floats(q), scale)
}

func rowsI8Claim(s *Set) []float32 {
	q := Bytes(2 * Align)
	scale := s.quantizeI8(&q[0], &numbers(len(q))[0], len(q), limitI8)
	return append(floats(q), scale)
}

func dotClaim(s *Set) []float32 {
	x := numbers(5 * Align)
	return []float32{s.Dot(x[2*Align:], x[:3*Align])}
}

func normClaim(s *Set) []float32 {
	const n = 3 * Align
	x, y := numbers(4*n), make([]float32, n)
	s.LayerNorm(y, x[:n], x[n:2*n], x[2*n:3*n], x[3*n:], 1e-12)
	return y
}

func geluClaim(s *Set) []float32 {
	x := numbers(6 * Align)
	for i := range x {
		x[i] *= 7
	}
	s.GELU(x)
	return x
}

func softmaxClaim(s *Set) []float32 {
	x := numbers(3 * 2 * Align)
	for i := range x {
		x[i] *= 20
	}
	s.Softmax(x, 3, 2*Align)
	return x
}

func productsF32Claim(s *Set) []float32 {
	w := s.PackF32(claimedWeights())
	return ofEveryHeight(func(x []float32, rows int, y Output) { s.MulF32(x, rows, w, y) })
}

func productsI16Claim(s *Set) []float32 {
	w := s.PackI16(claimedWeights())
	return ofEveryHeight(func(x []float32, rows int, y Output) {
		q, scales := Integers(len(x)), Floats(rows)
		for r := range rows {
			s.QuantizeI16(q, scales, x[r*w.in:], r, rows, w)
		}
		s.MulI16(q, scales, rows, w, y)
	})
}

func productsI8Claim(s *Set) []float32 {
	w, err := s.NarrowI8(s.PackI16(claimedWeights()).Store())
	if err != nil {
		return []float32{float32(math.NaN())} // which equals nothing
	}
	return ofEveryHeight(func(x []float32, rows int, y Output) {
		q, scales, rotated := Bytes(len(x)), Floats(rows), Floats(w.in)
		for r := range rows {
			s.QuantizeI8(q, scales, rotated, x[r*w.in:], r, rows, w)
		}
		s.MulI8(q, scales, rows, w, y)
	})
}

// The sizes of claimed products: two panels, several turns of every loop, and more
// rows than the tallest tile of NEON.
const (
	claimedIn   = Align
	claimedOut  = Align
	claimedRows = 7
)

func claimedWeights() *Dense {
	return &Dense{Out: claimedOut, In: claimedIn, Weights: numbers(claimedOut * claimedIn), Bias: numbers(claimedOut)}
}

// ofEveryHeight returns the products of one row, of two, and so on.
func ofEveryHeight(multiply func(x []float32, rows int, y Output)) []float32 {
	var all []float32
	for rows := 1; rows <= claimedRows; rows++ {
		y := Floats(rows * claimedOut)
		multiply(numbers(rows*claimedIn), rows, Rows(y, claimedOut))
		all = append(all, y...)
	}
	return all
}

// numbers returns n numbers from -1 to 1 that look like no pattern to a kernel.
func numbers(n int) []float32 {
	x := Floats(n)
	for i := range x {
		x[i] = float32(i*i*7%211-105) / 105
	}
	return x
}

func floats[T int16 | uint8](x []T) []float32 {
	var y []float32
	for _, v := range x {
		y = append(y, float32(v))
	}
	return y
}
