// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package generic

import "unsafe"

// Rotate multiplies each size elements, a power of two that divides n, by the
// Hadamard matrix of that order in Sylvester's construction (a Walsh-Hadamard
// transform): entry i, j is -1 where i&j has an odd number of ones, and 1 elsewhere.
// It is a rotation but for lengths, which grow by the square root of size.
// Nearest elements are added first. dst may be src.
func Rotate(dst, src *float32, n, size int) {
	y := unsafe.Slice(dst, n)
	copy(y, unsafe.Slice(src, n))
	for half := 1; half < size; half *= 2 {
		for i := range y {
			if i&half == 0 {
				y[i], y[i+half] = y[i]+y[i+half], y[i]-y[i+half]
			}
		}
	}
}
