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

// linearBF16 computes in bfloat16.
type linearBF16 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsBF16
	in      int
}

func (l *linearBF16) take(a *Arena, x []float32, r, _ int) {
	l.kernels.RoundRowBF16(a.halves, x[:l.in], r)
}

func (l *linearBF16) apply(a *Arena, _ []float32, rows int, out kernel.Output) {
	l.kernels.MulBF16(a.halves, rows, l.panels, out)
}

// format is that of a layer's products: in int8, those that do not bear bytes have 16
// bits where that is faster than float32, and are in float32 elsewhere.
func (e *Encoder) format(bytes bool) kernel.Format {
	switch {
	case e.precision != Int8 || bytes:
		return e.precision
	case e.kernels.IsFast(Int16):
		return Int16
	default:
		return Float32
	}
}

// newLinear returns a layer for weights in the form of a file.
func (e *Encoder) newLinear(s *kernel.StoredI16, format kernel.Format) (linear, error) {
	switch format {
	case Int8:
		panels, err := e.kernels.NarrowI8(s)
		return &linearI8{e.kernels, panels}, err
	case BFloat16:
		panels, err := e.kernels.RoundBF16(s)
		return &linearBF16{e.kernels, panels, s.In}, err
	case Float32:
		panels, err := e.kernels.WidenF32(s)
		return &linearF32{e.kernels, panels}, err
	}
	panels, err := e.kernels.Load(s)
	return &linearI16{e.kernels, panels}, err
}
