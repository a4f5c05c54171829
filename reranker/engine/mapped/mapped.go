// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mapped brings whole files into memory: mapped read-only where the
// platform can, so that processes share them, and read elsewhere.
package mapped

import (
	"fmt"
	"math"
	"os"
)

// alignment of the first byte, in bytes: what the widest kernel likes.
const alignment = 64

// File returns the content of a regular file, at an address that is a multiple
// of 64 bytes, and what gives the memory back. An empty file has no content.
func File(file *os.File) (raw []byte, release func() error, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("not a regular file: %s", info.Mode())
	}
	if info.Size() > math.MaxInt-alignment {
		return nil, nil, fmt.Errorf("%d bytes are too many for this platform", info.Size())
	}
	if info.Size() == 0 { // can't be mapped
		return nil, func() error { return nil }, nil
	}
	return load(file, int(info.Size()))
}
