// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package safetensors reads model weights from a safetensors file.
//
// Layout: 8 bytes little-endian length N of the header, N bytes of JSON
// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}},
// then the data; offsets count from the first byte of the data.
//
// Everything a header says is checked before it is used: the tensors must lie
// inside the file, must have exactly the bytes that shape and dtype ask for,
// and must fill the data without gaps or overlaps, as the format demands. No
// memory is allocated by a number that the file merely claims.
//
// On Linux the file is mapped, so its pages are shared between processes and
// can be dropped by the kernel; elsewhere it is read. A mapped file must not be
// truncated while it is open.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine/mapped"
)

// DType is the type of a tensor's elements, by its name in the format.
type DType string

// The types whose values can be read as float32. Tensors of other types are
// listed, with sizes, but not converted.
const (
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	F64  DType = "F64"
	I64  DType = "I64"
)

// sizes of all types that the format knows and that take whole bytes.
var sizes = map[DType]uint64{
	"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
	"I16": 2, "U16": 2, F16: 2, BF16: 2,
	"I32": 4, "U32": 4, F32: 4,
	I64: 8, "U64": 8, F64: 8,
}

// Limits of a header. The largest models of the family have some thousand
// tensors and headers below 1 MiB.
const (
	maxHeaderBytes = 32 << 20
	maxDimensions  = 8
	lengthBytes    = 8
)

// Tensor describes one tensor.
type Tensor struct {
	Name       string
	DType      DType
	Shape      []int
	begin, end int // in File.data
}

// Elements is the product of the dimensions.
func (t *Tensor) Elements() int {
	n := 1
	for _, d := range t.Shape {
		n *= d // checked against overflow when the header was read
	}
	return n
}

// Bytes is the size of the tensor in the file.
func (t *Tensor) Bytes() int { return t.end - t.begin }

// File is an open safetensors file. Its methods are safe for concurrent use,
// but Close.
type File struct {
	path     string
	raw      []byte // the whole file
	data     []byte // what follows the header
	tensors  map[string]*Tensor
	metadata map[string]string
	file     *os.File // nil for a file in memory
	release  func() error
}

// Open maps or reads the file and checks its header.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open weights: %w", err)
	}
	raw, release, err := mapped.File(file)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("weights %s: %w", path, err), file.Close())
	}
	f, err := Parse(raw)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("weights %s: %w", path, err), release(), file.Close())
	}
	f.path, f.file, f.release = path, file, release
	return f, nil
}

// Parse reads a file that is in memory; the tensors are views of raw.
func Parse(raw []byte) (*File, error) {
	if len(raw) < lengthBytes {
		return nil, fmt.Errorf("%d bytes are too few for a safetensors file", len(raw))
	}
	n := binary.LittleEndian.Uint64(raw)
	if n > maxHeaderBytes {
		return nil, fmt.Errorf("header length %d is above the limit of %d", n, maxHeaderBytes)
	}
	if n > uint64(len(raw)-lengthBytes) {
		return nil, fmt.Errorf("header length %d exceeds the file of %d bytes: the file is truncated or no safetensors file", n, len(raw))
	}
	f := &File{
		raw:      raw,
		data:     raw[lengthBytes+n:],
		tensors:  map[string]*Tensor{},
		metadata: map[string]string{},
		release:  func() error { return nil },
	}
	if err := f.parseHeader(raw[lengthBytes : lengthBytes+n]); err != nil {
		return nil, err
	}
	return f, f.checkLayout()
}

const metadataKey = "__metadata__"

// parseHeader walks the JSON object by hand, because a map would silently keep
// the last of two tensors of one name.
func (f *File) parseHeader(header []byte) error {
	d := json.NewDecoder(bytes.NewReader(header))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("header is not a JSON object: %w", orElse(err, "it begins with %v", t))
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		name, _ := t.(string)
		if name == metadataKey {
			if err := d.Decode(&f.metadata); err != nil {
				return fmt.Errorf("header: %s: %w", metadataKey, err)
			}
			continue
		}
		if _, ok := f.tensors[name]; ok {
			return fmt.Errorf("header: tensor %q appears twice", name)
		}
		var e headerEntry
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("header: tensor %q: %w", name, err)
		}
		tensor, err := f.tensor(name, &e)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		f.tensors[name] = tensor
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if rest := header[d.InputOffset():]; len(bytes.Trim(rest, " ")) != 0 {
		return fmt.Errorf("header: %d bytes follow the JSON object", len(rest))
	}
	return nil
}

func orElse(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return fmt.Errorf(format, args...)
}

type headerEntry struct {
	DType   DType    `json:"dtype"`
	Shape   []uint64 `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

func (f *File) tensor(name string, e *headerEntry) (*Tensor, error) {
	size, ok := sizes[e.DType]
	if !ok {
		return nil, fmt.Errorf("unknown dtype %q", e.DType)
	}
	if len(e.Shape) > maxDimensions {
		return nil, fmt.Errorf("%d dimensions, more than %d", len(e.Shape), maxDimensions)
	}
	if len(e.Offsets) != 2 {
		return nil, fmt.Errorf("data_offsets has %d numbers, want 2", len(e.Offsets))
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin > end || end > uint64(len(f.data)) {
		return nil, fmt.Errorf("data_offsets [%d, %d] do not lie in the %d bytes of data: the file is truncated or damaged", begin, end, len(f.data))
	}
	total := size
	shape := make([]int, len(e.Shape))
	for i, d := range e.Shape {
		hi, lo := bits.Mul64(total, d)
		// The bound also keeps every dimension within an int: a dimension
		// beside a zero can be as large as it likes otherwise.
		if hi != 0 || lo > 1<<62 || d > 1<<40 {
			return nil, fmt.Errorf("shape %v is too large", e.Shape)
		}
		total, shape[i] = lo, int(d)
	}
	if total != end-begin {
		return nil, fmt.Errorf("shape %v of %s takes %d bytes, but data_offsets [%d, %d] hold %d", e.Shape, e.DType, total, begin, end, end-begin)
	}
	return &Tensor{Name: name, DType: e.DType, Shape: shape, begin: int(begin), end: int(end)}, nil
}

// checkLayout holds the tensors to fill the data exactly.
func (f *File) checkLayout() error {
	all := f.Tensors()
	slices.SortFunc(all, func(a, b *Tensor) int {
		if a.begin != b.begin {
			return a.begin - b.begin
		}
		return a.end - b.end
	})
	at, last := 0, ""
	for _, t := range all {
		switch {
		case t.begin < at:
			return fmt.Errorf("tensors %q and %q overlap", last, t.Name)
		case t.begin > at:
			return fmt.Errorf("%d bytes before tensor %q belong to none", t.begin-at, t.Name)
		}
		at, last = t.end, t.Name
	}
	if at != len(f.data) {
		return fmt.Errorf("%d bytes at the end belong to no tensor", len(f.data)-at)
	}
	return nil
}

// Tensors returns all tensors, sorted by name.
func (f *File) Tensors() []*Tensor {
	all := make([]*Tensor, 0, len(f.tensors))
	for _, t := range f.tensors {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *Tensor) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the tensor of that name.
func (f *File) Lookup(name string) (*Tensor, bool) {
	t, ok := f.tensors[name]
	return t, ok
}

// Metadata is the free text that the file carries.
func (f *File) Metadata() map[string]string { return f.metadata }

// Reader reads the whole file from its beginning. It does not go through the
// mapping, so a digest of the file does not make its pages resident.
func (f *File) Reader() io.Reader {
	if f.file == nil {
		return bytes.NewReader(f.raw)
	}
	return io.NewSectionReader(f.file, 0, int64(len(f.raw)))
}

// Size is the length of the file in bytes.
func (f *File) Size() int { return len(f.raw) }

// Unpacked is how many bytes the tensors have once Float32s has converted them:
// about Size, or twice that where they are halves.
func (f *File) Unpacked() int {
	total := 0
	for _, t := range f.tensors {
		total += t.Bytes()
		if t.DType == F16 || t.DType == BF16 {
			total += t.Bytes()
		}
	}
	return total
}

// Close releases the file. Views of its tensors must not be used afterwards.
func (f *File) Close() error {
	err := f.release()
	if f.file != nil {
		err = errors.Join(err, f.file.Close())
	}
	f.raw, f.data, f.tensors, f.file = nil, nil, nil, nil
	f.release = func() error { return nil }
	if err != nil {
		return fmt.Errorf("close weights %s: %w", f.path, err)
	}
	return nil
}
