// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package pull

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock makes the lock file or fails with ErrBusy. A process that is killed
// leaves it behind; the error says where it is.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w, or one was killed: then remove %s", ErrBusy, path)
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = f.Close(); _ = os.Remove(path) }, nil
}
