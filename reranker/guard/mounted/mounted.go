// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mounted reads files that somebody else changes while the server runs,
// such as those of a mounted Secret.
//
// They are read in intervals instead of being watched: the kubelet swaps a
// symbolic link, which file notification reports on some file systems and not on
// others, and no change is that urgent.
package mounted

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// ReadFile reads a regular file of at most limit bytes.
func ReadFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%d bytes, more than the limit of %d", info.Size(), limit)
	}
	return os.ReadFile(path)
}

// Watch calls reload every interval until ctx ends. It tells changed of each
// change, and kept of an error once, when it first appears: what was read before
// stays in use then.
func Watch(ctx context.Context, interval time.Duration, reload func() (bool, error), kept func(error), changed func()) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var before string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		news, err := reload()
		switch {
		case err != nil && err.Error() != before:
			before = err.Error()
			kept(err)
		case err == nil:
			before = ""
		}
		if news {
			changed()
		}
	}
}
