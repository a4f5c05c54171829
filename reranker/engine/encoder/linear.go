// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import "github.com/quantumrerank/quantumrerank/reranker/engine/kernel"

// linear is a linear layer, y = W x + bias, in some precision. Its input is
// taken row by row, best while a row is still in the cache, and multiplied as a
// whole.
type linear interface {
	// take makes row r, of rows, ready to be multiplied.
	take(a *Arena, x []float32, r, rows int)
	// apply computes the layer for the first rows rows of x, all of them taken.
	apply(a *Arena, x []float32, rows int, out kernel.Output)
}

// linearF32 computes in float32.
type linearF32 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsF32
}

func (l *linearF32) take(*Arena, []float32, int, int) {}

func (l *linearF32) apply(_ *Arena, x []float32, rows int, out kernel.Output) {
	l.kernels.MulF32(x, rows, l.panels, out)
}

// linearI16 computes with 16-bit integers, each token's activations with their
// own scale.
type linearI16 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsI16
}

func (l *linearI16) take(a *Arena, x []float32, r, rows int) {
	l.kernels.QuantizeI16(a.integers, a.scales, x, r, rows, l.panels)
}

func (l *linearI16) apply(a *Arena, _ []float32, rows int, out kernel.Output) {
	l.kernels.MulI16(a.integers, a.scales, rows, l.panels, out)
}

// linearI8 computes with bytes, rotated and each token's activations with their
// own scale.
type linearI8 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsI8
}

func (l *linearI8) take(a *Arena, x []float32, r, rows int) {
	l.kernels.QuantizeI8(a.bytes, a.scales, a.rotated, x, r, rows, l.panels)
}

func (l *linearI8) apply(a *Arena, _ []float32, rows int, out kernel.Output) {
	l.kernels.MulI8(a.bytes, a.scales, rows, l.panels, out)
}

// newLinear returns a layer for weights in the form of a file. In int8 it has
// bytes where it may, and 16 bits elsewhere.
func (e *Encoder) newLinear(s *kernel.StoredI16, bytes bool) (linear, error) {
	if e.precision == Int8 && bytes {
		panels, err := e.kernels.NarrowI8(s)
		return &linearI8{e.kernels, panels}, err
	}
	panels, err := e.kernels.Load(s)
	return &linearI16{e.kernels, panels}, err
}
