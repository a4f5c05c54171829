// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// Align is the multiple to which the dimensions of all matrices are padded. It
// is the largest panel width, and whole vectors of every instruction set.
const Align = 32

// Format is a format of the factors of products.
type Format string

// The formats.
const (
	Float32  Format = "float32"
	BFloat16 Format = "bfloat16"
	Int16    Format = "int16"
	Int8     Format = "int8"
)

// Set is one implementation of every kernel. The twins of its functions in
// package generic say what each computes.
type Set struct {
	Name  string // generic, avx2, avxvnni, avx512, avx512vnni, amx, neon, neondot or neoni8mm
	Width int    // columns of a panel of weights; divides Align
	Rows  int    // rows of the largest tile

	// Fast are the formats whose products are faster than those of float32, the
	// fastest first.
	Fast []Format

	// allRows says that a tile of integers takes as many rows as there are.
	allRows bool

	tileF32     func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32)
	layerNorm   func(dst, x, residual, gamma, beta *float32, n int, eps float32)
	gelu        func(x *float32, n int)
	softmax     func(x *float32, rows, n int)
	transpose8  func(dst *float32, dstStride int, src *float32, srcStride, columns int)
	tileI16     func(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16)
	quantizeI16 func(dst *int16, src *float32, n int, limit float32) (scale float32)
	bytes       *bytesI16 // nil where products take integers of 16 bits as they are
	tileI8      func(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8)
	quantizeI8  func(dst *uint8, src *float32, n int, limit float32) (scale float32)
	rotate      func(dst, src *float32, n int) // by rotatedTogether elements
	tileBF16    func(rows, panels, size int, a, b *uint16, c *float32, ldc, ldp int, bias *float32)
	roundBF16   func(dst *uint16, src *float32, n, stride int)
	dot         func(a, b *float32, n int) float32
	peakF32     func(turns int) // nil in plain Go
	peakI16     func(turns int)
	peakI8      func(turns int) // nil where they are no faster
	peakBF16    func(turns int)
}

// bytesI16 is what differs in a set whose tileI16 takes integers as high bytes
// and low bytes.
type bytesI16 struct {
	quantize    func(dst *int16, src *float32, n int, limit float32) (scale float32)
	split, join func(dst, src []int16, size int) // whole panels, from and to pairs
}

// genericWidth is a compromise between the length of the inner loop and the
// work wasted on the last panel of an attention matrix.
const genericWidth = 16

func genericSet() *Set {
	return &Set{
		Name:        "generic",
		Width:       genericWidth,
		Rows:        4,
		tileF32:     generic.TileF32(genericWidth),
		layerNorm:   generic.LayerNorm,
		gelu:        generic.GELU,
		softmax:     generic.Softmax,
		transpose8:  generic.Transpose8,
		tileI16:     generic.TileI16(genericWidth),
		quantizeI16: generic.QuantizeI16,
		tileI8:      generic.TileI8(genericWidth),
		quantizeI8:  generic.QuantizeI8,
		rotate:      func(dst, src *float32, n int) { generic.Rotate(dst, src, n, rotatedTogether) },
		tileBF16:    generic.TileBF16(genericWidth),
		roundBF16:   generic.RoundBF16,
		dot:         generic.Dot,
	}
}

// Available lists the sets that this CPU can run, best first. The last one is
// always generic.
func Available() []*Set {
	return append(assembly(), genericSet())
}

// Select returns the set of the given name, or the best one if the name is
// empty. A set that this CPU or this build cannot run is an error that names
// those that it can.
func Select(name string) (*Set, error) {
	sets := Available()
	if name == "" {
		return sets[0], nil
	}
	i := slices.IndexFunc(sets, func(s *Set) bool { return s.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("kernel %q is not available here; available: %s", name, strings.Join(Names(), ", "))
	}
	return sets[i], nil
}

// LeftOut says which sets this CPU has the instructions for, but computes something
// wrong with.
func LeftOut() []string { return leftOut() }

// Common is the set that most machines of this architecture can run, which gives
// all of those the same numbers to the last bit.
func Common() *Set {
	for _, s := range Available() {
		if s.Name == "avx2" || s.Name == "neon" {
			return s
		}
	}
	return genericSet()
}

// Names lists the names of Available.
func Names() []string {
	var names []string
	for _, s := range Available() {
		names = append(names, s.Name)
	}
	return names
}

// IsFast reports whether products in the format are faster than in float32.
func (s *Set) IsFast(f Format) bool { return slices.Contains(s.Fast, f) }

// BesideInt8 is the fastest format for products that do not bear bytes.
func (s *Set) BesideInt8() Format {
	for _, f := range s.Fast {
		if f != Int8 {
			return f
		}
	}
	return Float32
}

// Assuming is the set as if these were its fast formats.
func (s *Set) Assuming(fast ...Format) *Set {
	other := *s
	other.Fast = fast
	return &other
}

// Limited is the set for a caller to whom all but some formats are too coarse.
func (s *Set) Limited(to ...Format) *Set {
	return s.Assuming(slices.DeleteFunc(slices.Clone(s.Fast), func(f Format) bool { return !slices.Contains(to, f) })...)
}

// Pad rounds n up to a multiple of Align.
func Pad(n int) int { return (n + Align - 1) / Align * Align }
