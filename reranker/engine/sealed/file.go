// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package sealed

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/quantumrerank/quantumrerank/reranker/engine/mapped"
)

const (
	magic     = "QRSEALED"
	version   = 2 // 1 had a SHA-256 of the payload, and is still read
	prologue  = 48
	alignment = 64

	// maxHeader bounds what is parsed; the largest models have some thousand
	// sections of less than 100 bytes each.
	maxHeader = 4 << 20
)

// ErrDamaged is part of every error about a file that is not what was written.
var ErrDamaged = errors.New("the file is damaged or incomplete; make it anew")

// header is what a file says about itself.
type header struct {
	Kind     string            `json:"kind"`
	Facts    map[string]string `json:"facts"`
	Sections []section         `json:"sections"`
	Bytes    int64             `json:"bytes"`            // of the payload
	XXH64    string            `json:"xxh64,omitempty"`  // of the payload
	SHA256   string            `json:"sha256,omitempty"` // the same in version 1
}

type section struct {
	Name  string `json:"name"`
	First int64  `json:"first"` // in the payload
	Bytes int64  `json:"bytes"`
}

// File is an open file. Its methods are safe for concurrent use, but Close.
type File struct {
	path    string
	header  header
	payload []byte
	places  map[string]section
	file    *os.File // nil in memory
	start   int64    // of the payload in file
	release func() error
}

// Open maps the file and checks everything but the payload's checksum. A file
// of another kind is an error.
func Open(path, kind string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f, err := open(file, kind)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	f.path = path
	return f, nil
}

func open(file *os.File, kind string) (*File, error) {
	raw, release, err := mapped.File(file)
	if err != nil {
		return nil, err
	}
	if len(raw) < prologue {
		return nil, errors.Join(fmt.Errorf("%d bytes are too few: %w", len(raw), ErrDamaged), release())
	}
	f, err := Parse(raw, kind)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	f.file, f.release = file, release
	return f, nil
}

// Parse reads a file that is in memory; sections are views of raw.
func Parse(raw []byte, kind string) (*File, error) {
	if len(raw) < prologue || string(raw[:8]) != magic {
		return nil, errors.New("not a sealed file")
	}
	if v := binary.LittleEndian.Uint32(raw[8:]); v < 1 || v > version {
		return nil, fmt.Errorf("layout version is %d, want at most %d", v, version)
	}
	n := int64(binary.LittleEndian.Uint32(raw[12:]))
	if n > maxHeader || prologue+n > int64(len(raw)) {
		return nil, fmt.Errorf("a header of %d bytes in a file of %d: %w", n, len(raw), ErrDamaged)
	}
	text := raw[prologue : prologue+n]
	if sum := sha256.Sum256(text); !bytes.Equal(sum[:], raw[16:48]) {
		return nil, fmt.Errorf("the header does not have its checksum: %w", ErrDamaged)
	}
	f := &File{places: map[string]section{}, release: func() error { return nil }}
	if err := json.Unmarshal(text, &f.header); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if f.header.Kind != kind {
		return nil, fmt.Errorf("the file holds %q, want %q", f.header.Kind, kind)
	}
	f.start = up(prologue + n)
	if f.header.Bytes < 0 || f.start+f.header.Bytes != int64(len(raw)) {
		return nil, fmt.Errorf("%d bytes, want %d and %d: %w", len(raw), f.start, f.header.Bytes, ErrDamaged)
	}
	f.payload = raw[f.start:]
	return f, f.place()
}

// place checks that the sections lie inside the payload, in order.
func (f *File) place() error {
	end := int64(0)
	for _, s := range f.header.Sections {
		if s.First != up(end) || s.Bytes < 0 || s.Bytes > f.header.Bytes-s.First {
			return fmt.Errorf("section %q of %d bytes at %d does not fit: %w", s.Name, s.Bytes, s.First, ErrDamaged)
		}
		if _, twice := f.places[s.Name]; twice {
			return fmt.Errorf("section %q is there twice", s.Name)
		}
		f.places[s.Name] = s
		end = s.First + s.Bytes
	}
	if end != f.header.Bytes {
		return fmt.Errorf("%d bytes follow the last section: %w", f.header.Bytes-end, ErrDamaged)
	}
	return nil
}

// Verify reads the payload and compares its checksum. It reads the file and not
// the mapping, so that pages do not become resident by it.
func (f *File) Verify() error {
	var r io.Reader = bytes.NewReader(f.payload)
	if f.file != nil {
		r = io.NewSectionReader(f.file, f.start, f.header.Bytes)
	}
	h, want := hash.Hash(xxhash.New()), f.header.XXH64
	if want == "" {
		h, want = sha256.New(), f.header.SHA256
	}
	if _, err := io.CopyBuffer(onlyWriter{h}, r, make([]byte, 256<<10)); err != nil {
		return fmt.Errorf("read %s: %w", f.path, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s has the checksum %s, want %s: %w", f.path, got, want, ErrDamaged)
	}
	return nil
}

// onlyWriter hides other methods, so that io.CopyBuffer uses its buffer.
type onlyWriter struct{ io.Writer }

// Fact returns a text that the writer noted, or nothing.
func (f *File) Fact(name string) string { return f.header.Facts[name] }

// Size is the number of bytes of the payload.
func (f *File) Size() int64 { return f.header.Bytes }

// Path is the name of the file.
func (f *File) Path() string { return f.path }

// Has reports whether there is a section of that name.
func (f *File) Has(name string) bool {
	_, ok := f.places[name]
	return ok
}

// Names lists the sections whose names have the prefix, sorted.
func (f *File) Names(prefix string) []string {
	var names []string
	for name := range f.places {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Close releases the file; views of its sections must not be used afterwards.
func (f *File) Close() error {
	err := f.release()
	if f.file != nil {
		err = errors.Join(err, f.file.Close())
	}
	f.payload, f.places, f.file = nil, nil, nil
	f.release = func() error { return nil }
	return err
}

// up rounds to the alignment of sections.
func up(n int64) int64 { return (n + alignment - 1) / alignment * alignment }
