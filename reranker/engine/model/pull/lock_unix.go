// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package pull

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the lock file or fails with ErrBusy. The kernel lets go of it when
// the process ends, however that happens.
func lock(path string) (unlock func(), err error) {
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			closed := f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				return nil, fmt.Errorf("%w (lock %s)", ErrBusy, path)
			}
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), closed)
		}
		// Whoever held it before may have removed the file meanwhile; then
		// the lock is on a file that nobody else will look at.
		mine, err := f.Stat()
		if err == nil {
			var now os.FileInfo
			if now, err = os.Stat(path); err == nil && os.SameFile(mine, now) {
				return func() { _ = os.Remove(path); _ = f.Close() }, nil
			}
		}
		if closed := f.Close(); closed != nil || err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, errors.Join(err, closed)
		}
	}
}
