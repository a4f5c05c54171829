// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package mapped

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// load maps the file read-only.
func load(file *os.File, size int) ([]byte, func() error, error) {
	raw, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map %d bytes: %w", size, err)
	}
	return raw, func() error { return unix.Munmap(raw) }, nil
}
