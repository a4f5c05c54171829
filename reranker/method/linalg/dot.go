// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "math"

// Real is an element of a vector: float32 in production, float64 where a
// proof needs the precision.
type Real interface{ float32 | float64 }

// Dot returns the inner product of a and b, which must have equal lengths.
func Dot[T Real](a, b []T) float64 {
	if len(a) == 0 {
		return 0
	}
	b = b[:len(a)]
	// Eight chains of additions keep the adders of a core busy; their final
	// sum has a fixed order.
	var s0, s1, s2, s3, s4, s5, s6, s7 T
	i := 0
	for ; i+8 <= len(a); i += 8 {
		x, y := a[i:i+8:i+8], b[i:i+8:i+8]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		s4 += x[4] * y[4]
		s5 += x[5] * y[5]
		s6 += x[6] * y[6]
		s7 += x[7] * y[7]
	}
	tail := T(0)
	for ; i < len(a); i++ {
		tail += a[i] * b[i]
	}
	low := (float64(s0) + float64(s1)) + (float64(s2) + float64(s3))
	high := (float64(s4) + float64(s5)) + (float64(s6) + float64(s7))
	return low + high + float64(tail)
}

// Norm returns the Euclidean length of a; it is NaN or +Inf when an element
// is not finite.
func Norm[T Real](a []T) float64 {
	// In double precision even where T is not: squares of float32 overflow.
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x := a[i : i+4 : i+4]
		s0 += float64(x[0]) * float64(x[0])
		s1 += float64(x[1]) * float64(x[1])
		s2 += float64(x[2]) * float64(x[2])
		s3 += float64(x[3]) * float64(x[3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(a[i])
	}
	return math.Sqrt((s0 + s1) + (s2 + s3))
}

// Normalize writes a at unit length to dst and reports whether that was
// possible: a zero vector and one with an element that is not finite have no
// direction.
func Normalize[T Real](dst, a []T) bool {
	norm := Norm(a)
	if !(norm > 0) || math.IsInf(norm, 0) {
		return false
	}
	inv := 1 / norm
	for i, x := range a {
		dst[i] = T(float64(x) * inv)
	}
	return true
}
