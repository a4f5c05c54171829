// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package mapped

import (
	"io"
	"os"
	"unsafe"
)

// load reads the file into memory that is aligned for every section; size is
// that of a file which is there, not a number that something claims.
func load(file *os.File, size int) ([]byte, func() error, error) {
	memory := make([]byte, size+alignment)
	skip := -int(uintptr(unsafe.Pointer(&memory[0]))) & (alignment - 1)
	raw := memory[skip : skip+size]
	_, err := io.ReadFull(file, raw)
	return raw, func() error { return nil }, err
}
