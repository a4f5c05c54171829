// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package safetensors

import (
	"io"
	"os"
)

// load reads the file into memory; size is that of a file which is there, not
// a number that something claims.
func load(file *os.File, size int) ([]byte, func() error, error) {
	raw := make([]byte, size)
	_, err := io.ReadFull(file, raw)
	return raw, func() error { return nil }, err
}
