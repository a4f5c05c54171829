// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// kind is what an entry of the image is.
type kind int

const (
	directory kind = iota
	regular
	symlink
)

func (k kind) String() string {
	return [...]string{"directory", "file", "symbolic link"}[k]
}

// entry is one path of the image.
type entry struct {
	kind   kind
	mode   int64  // permission bits
	source string // regular: the file with the bytes
	link   string // symlink: its target
}

// Tree remembers every path of an image over all its layers, so that no layer
// hides a file of another one by accident.
type Tree struct {
	entries map[string]entry
}

// NewTree returns an empty image.
func NewTree() *Tree {
	return &Tree{entries: map[string]entry{}}
}

// Files reports the paths of regular files, sorted.
func (t *Tree) Files() []string {
	var files []string
	for p, e := range t.entries {
		if e.kind == regular {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	return files
}

// add puts an entry into the tree and into the layer that is being made. A
// directory may be named twice; anything else may not.
func (t *Tree) add(into map[string]entry, target string, e entry) error {
	if old, ok := t.entries[target]; ok {
		if old.kind == directory && e.kind == directory {
			return nil
		}
		return fmt.Errorf("duplicate path %q: it is a %s already", target, old.kind)
	}
	if err := t.addParents(into, target); err != nil {
		return err
	}
	t.entries[target] = e
	into[target] = e
	return nil
}

// addParents makes the directories above target: an image from scratch has none,
// and a runtime that makes them itself would choose modes of its own.
func (t *Tree) addParents(into map[string]entry, target string) error {
	parts := strings.Split(strings.TrimPrefix(path.Dir(target), "/"), "/")
	at := ""
	for _, part := range parts {
		if part == "" {
			continue
		}
		at += "/" + part
		old, ok := t.entries[at]
		if ok && old.kind != directory {
			return fmt.Errorf("path %q needs directory %q, which is a %s", target, at, old.kind)
		}
		if !ok {
			e := entry{kind: directory, mode: 0o755}
			t.entries[at], into[at] = e, e
		}
	}
	return nil
}
