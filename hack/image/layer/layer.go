// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Layer is the list of entries of one layer in the order of its tar stream.
type Layer struct {
	paths   []string
	entries map[string]entry
}

// Paths reports the paths of the layer, sorted.
func (l *Layer) Paths() []string { return slices.Clone(l.paths) }

// Add makes one layer from mappings. The tree learns its paths. With tmp the
// layer also gets a /tmp that everybody may write, which a non-root process in
// an image from scratch would miss.
func (t *Tree) Add(mappings []Mapping, tmp bool) (*Layer, error) {
	into := map[string]entry{}
	if tmp {
		if err := t.add(into, "/tmp", entry{kind: directory, mode: 0o1777}); err != nil {
			return nil, err
		}
	}
	for _, m := range mappings {
		if err := t.addMapping(into, m); err != nil {
			return nil, err
		}
	}
	l := &Layer{entries: into}
	for p := range into {
		l.paths = append(l.paths, p)
	}
	slices.Sort(l.paths)
	return l, nil
}

// addMapping adds one file or one directory tree. The source itself may be a
// symbolic link: the caller named it, so its target is what is meant.
func (t *Tree) addMapping(into map[string]entry, m Mapping) error {
	source, err := filepath.EvalSymlinks(m.Source)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("source %q does not exist", m.Source)
	}
	if err != nil {
		return fmt.Errorf("source %q: %w", m.Source, err)
	}
	info, err := os.Stat(source)
	if err != nil {
		return fmt.Errorf("source %q: %w", m.Source, err)
	}
	if !info.IsDir() {
		return t.addFile(into, source, m.Target, info)
	}
	return t.addDirectory(into, source, m.Target)
}

func (t *Tree) addFile(into map[string]entry, source, target string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("source %q is neither a file nor a directory (%s)", source, info.Mode().Type())
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	return t.add(into, target, entry{kind: regular, mode: mode, source: source})
}

func (t *Tree) addDirectory(into map[string]entry, root, target string) error {
	files := 0
	err := filepath.WalkDir(root, func(source string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, source)
		if err != nil {
			return err
		}
		at := path.Join(target, filepath.ToSlash(relative))
		switch {
		case d.IsDir():
			return t.add(into, at, entry{kind: directory, mode: 0o755})
		case d.Type()&fs.ModeSymlink != 0:
			files++
			return t.addLink(into, root, source, at)
		}
		files++
		info, err := d.Info()
		if err != nil {
			return err
		}
		return t.addFile(into, source, at, info)
	})
	if err == nil && files == 0 {
		return fmt.Errorf("source directory %q has no files", root)
	}
	return err
}

// addLink keeps a symbolic link that stays inside the directory. One that leads
// out of it would point at nothing, or at something else, in the image.
func (t *Tree) addLink(into map[string]entry, root, source, at string) error {
	link, err := os.Readlink(source)
	if err != nil {
		return err
	}
	if filepath.IsAbs(link) {
		return fmt.Errorf("symbolic link %q leaves the directory: its target %q is absolute", source, link)
	}
	end, err := filepath.EvalSymlinks(source)
	if err != nil {
		return fmt.Errorf("symbolic link %q leads nowhere: %w", source, err)
	}
	if !inside(root, end) || !inside(root, filepath.Join(filepath.Dir(source), link)) {
		return fmt.Errorf("symbolic link %q leaves the directory: its target is %q", source, link)
	}
	return t.add(into, at, entry{kind: symlink, mode: 0o777, link: filepath.ToSlash(link)})
}

func inside(root, name string) bool {
	return name == root || strings.HasPrefix(name, strings.TrimSuffix(root, "/")+string(filepath.Separator))
}
