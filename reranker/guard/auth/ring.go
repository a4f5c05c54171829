// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/mounted"
)

// MinKeyBytes is the shortest key that is accepted: 16 characters of base64
// hold 96 bits.
const MinKeyBytes = 16

// maxKeyBytes is far beyond any key; a larger file is a mistake.
const maxKeyBytes = 4 << 10

// key is one named key.
type key struct {
	name   string
	digest [sha256.Size]byte
}

// Ring holds the keys of one directory. It is safe for concurrent use.
type Ring struct {
	dir  string
	keys atomic.Pointer[[]key]
}

// Open reads the keys in dir. It is an error if there is none.
func Open(dir string) (*Ring, error) {
	r := &Ring{dir: dir}
	keys, err := read(dir)
	if err != nil {
		return nil, err
	}
	r.keys.Store(&keys)
	return r, nil
}

// Identify returns the name of the key that token is. Its time does not
// depend on which key matches, or on how much of one does.
func (r *Ring) Identify(token string) (name string, ok bool) {
	digest := sha256.Sum256([]byte(token))
	for _, k := range *r.keys.Load() {
		if subtle.ConstantTimeCompare(digest[:], k.digest[:]) == 1 {
			name, ok = k.name, true
		}
	}
	return name, ok
}

// Names returns the names of the keys.
func (r *Ring) Names() []string {
	var names []string
	for _, k := range *r.keys.Load() {
		names = append(names, k.name)
	}
	return names
}

// Reload reads the directory again and reports whether the keys changed. On
// an error the keys stay as they were.
func (r *Ring) Reload() (changed bool, err error) {
	keys, err := read(r.dir)
	if err != nil {
		return false, err
	}
	if slices.Equal(keys, *r.keys.Load()) {
		return false, nil
	}
	r.keys.Store(&keys)
	return true, nil
}

// Watch reloads every interval until ctx ends. It logs names, never keys.
func (r *Ring) Watch(ctx context.Context, interval time.Duration, log *slog.Logger) {
	mounted.Watch(ctx, interval, r.Reload,
		func(err error) { log.Error("Kept the old keys", "error", err) },
		func() { log.Info("Read the keys again", "names", r.Names()) })
}

// read returns the keys in dir, sorted by name. Names that begin with two dots
// or one belong to the machinery of mounted Secrets or to editors.
func read(dir string) ([]key, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	var keys []key
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		k, err := readKey(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read key %q: %w", e.Name(), err)
		}
		k.name = e.Name()
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("read the keys: directory %q holds none", dir)
	}
	return keys, nil
}

func readKey(path string) (key, error) {
	content, err := mounted.ReadFile(path, maxKeyBytes)
	if err != nil {
		return key{}, err
	}
	content = bytes.TrimSpace(content)
	if len(content) < MinKeyBytes {
		return key{}, fmt.Errorf("%d bytes, fewer than the minimum of %d", len(content), MinKeyBytes)
	}
	return key{digest: sha256.Sum256(content)}, nil
}
