// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package sealed

import (
	"fmt"
	"math"
	"unsafe"
)

// Number is an element of a section.
type Number interface {
	~int8 | ~uint8 | ~int16 | ~int32 | ~float32
}

// View returns a section of exactly n elements, as memory of the file: it must
// not be written to, nor used after Close.
func View[T Number](f *File, name string, n int) ([]T, error) {
	s, ok := f.places[name]
	if !ok {
		return nil, fmt.Errorf("%s: section %q is missing", f.path, name)
	}
	size := int64(unsafe.Sizeof(*new(T)))
	if n < 0 || int64(n) > math.MaxInt64/size || s.Bytes != int64(n)*size {
		return nil, fmt.Errorf("%s: section %q has %d bytes, want %d elements of %d", f.path, name, s.Bytes, n, size)
	}
	if n == 0 {
		return nil, nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&f.payload[s.First])), n), nil
}

// Length is the number of elements of a section, 0 where it is missing.
func Length[T Number](f *File, name string) int {
	return int(f.places[name].Bytes / int64(unsafe.Sizeof(*new(T))))
}

// memory is a slice as bytes.
func memory[T Number](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}
