// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "unsafe"

// cacheLine is the alignment of the memory that kernels work on: no vector of
// any instruction set then straddles two lines.
const cacheLine = 64

// Floats returns n zeros that start at a cache line.
func Floats(n int) []float32 { return aligned[float32](n) }

// Integers returns n zeros that start at a cache line.
func Integers(n int) []int16 { return aligned[int16](n) }

// Bytes returns n zeros that start at a cache line.
func Bytes(n int) []uint8 { return aligned[uint8](n) }

// Halves returns n zeros that start at a cache line.
func Halves(n int) []uint16 { return aligned[uint16](n) }

func aligned[T any](n int) []T {
	var t T
	size := int(unsafe.Sizeof(t))
	memory := make([]T, n+cacheLine/size)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(&memory[0])) % cacheLine); r != 0 {
		skip = (cacheLine - r) / size
	}
	return memory[skip : skip+n : skip+n]
}
