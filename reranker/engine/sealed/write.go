// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package sealed

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/cespare/xxhash/v2"
)

// Draft is a file to be written.
type Draft struct {
	kind     string
	facts    map[string]string
	sections []section
	parts    [][]byte
	end      int64
}

// NewDraft begins a file.
func NewDraft(kind string) *Draft {
	return &Draft{kind: kind, facts: map[string]string{}}
}

// Note adds a fact to the header.
func (d *Draft) Note(name, value string) { d.facts[name] = value }

// Add appends a section. The memory must stay as it is until Write.
func Add[T Number](d *Draft, name string, x []T) {
	part := memory(x)
	first := up(d.end)
	d.sections = append(d.sections, section{name, first, int64(len(part))})
	d.parts = append(d.parts, part)
	d.end = first + int64(len(part))
}

// Set replaces the section of that name, or appends it.
func Set[T Number](d *Draft, name string, x []T) {
	sections, parts := d.sections, d.parts
	d.sections, d.parts, d.end = nil, nil, 0
	found := false
	for i, s := range sections {
		part := parts[i]
		if s.Name == name {
			part, found = memory(x), true
		}
		Add(d, s.Name, part)
	}
	if !found {
		Add(d, name, x)
	}
}

// Fact returns what was noted, or nothing.
func (d *Draft) Fact(name string) string { return d.facts[name] }

// WriteFile writes the file; it appears complete or not at all.
func (d *Draft) WriteFile(path string) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close(), os.Remove(part.Name()))
		}
	}()
	w := bufio.NewWriterSize(part, 1<<20)
	if err = d.write(w); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = errors.Join(w.Flush(), part.Chmod(0o644)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = os.Rename(part.Name(), path); err != nil {
		return err
	}
	return part.Close()
}

func (d *Draft) write(w io.Writer) error {
	h := xxhash.New()
	if err := d.payload(h); err != nil {
		return err
	}
	text, err := json.Marshal(header{Kind: d.kind, Facts: d.facts, Sections: d.sections, Bytes: d.end, XXH64: hex.EncodeToString(h.Sum(nil))})
	if err != nil {
		return err
	}
	if len(text) > maxHeader {
		return fmt.Errorf("a header of %d bytes, more than %d", len(text), maxHeader)
	}
	if _, err := w.Write(head(version, text)); err != nil {
		return err
	}
	return d.payload(w)
}

// head is everything before the payload; text is the header.
func head(version uint32, text []byte) []byte {
	sum := sha256.Sum256(text)
	h := binary.LittleEndian.AppendUint32([]byte(magic), version)
	h = binary.LittleEndian.AppendUint32(h, uint32(len(text)))
	h = append(append(h, sum[:]...), text...)
	return append(h, make([]byte, up(int64(len(h)))-int64(len(h)))...)
}

// payload writes the sections with the zeros between them.
func (d *Draft) payload(w io.Writer) error {
	var zeros [alignment]byte
	at := int64(0)
	for i, s := range d.sections {
		if _, err := w.Write(zeros[:s.First-at]); err != nil {
			return err
		}
		if _, err := w.Write(d.parts[i]); err != nil {
			return err
		}
		at = s.First + s.Bytes
	}
	return nil
}
