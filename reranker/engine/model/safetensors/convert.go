// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"
)

// littleEndian is true where memory has the byte order of the file.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Float32s returns the elements of t in row-major order. F32 data is a view of
// the file where alignment and byte order allow, so it must not be written to
// nor used after Close; F16 and BF16 are converted, which is exact.
func (f *File) Float32s(t *Tensor) ([]float32, error) {
	b := f.data[t.begin:t.end:t.end]
	switch t.DType {
	case F32:
		if v, ok := view(b); ok {
			return v, nil
		}
		return convert(b, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }), nil
	case F16:
		return convert(b, 2, func(b []byte) float32 { return half(binary.LittleEndian.Uint16(b)) }), nil
	case BF16:
		return convert(b, 2, func(b []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16) }), nil
	}
	return nil, fmt.Errorf("tensor %q has dtype %s; supported: %s, %s, %s", t.Name, t.DType, F32, F16, BF16)
}

func view(b []byte) ([]float32, bool) {
	if len(b) == 0 {
		return nil, true
	}
	p := unsafe.Pointer(unsafe.SliceData(b))
	if !littleEndian || uintptr(p)%unsafe.Alignof(float32(0)) != 0 {
		return nil, false
	}
	return unsafe.Slice((*float32)(p), len(b)/4), true
}

func convert(b []byte, size int, one func([]byte) float32) []float32 {
	out := make([]float32, len(b)/size)
	for i := range out {
		out[i] = one(b[i*size:])
	}
	return out
}

// half converts an IEEE 754 binary16: 1 sign bit, 5 exponent bits biased by
// 15, 10 bits of fraction. Every value of it is a float32.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch {
	case exponent == 0x1f: // infinity, NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case exponent != 0:
		return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
	}
	// Subnormal: fraction * 2^-24, exact in float32.
	v := float32(fraction) / (1 << 24)
	return math.Float32frombits(math.Float32bits(v) | sign)
}
