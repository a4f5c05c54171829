// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import "github.com/quantumrerank/quantumrerank/reranker/engine/kernel"

// linear is a linear layer, y = W x + bias, in some precision.
type linear interface {
	// apply computes the layer for the first rows rows of x.
	apply(a *Arena, x []float32, rows int, out kernel.Output)
}

// linearF32 computes in float32.
type linearF32 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsF32
}

func (l *linearF32) apply(_ *Arena, x []float32, rows int, out kernel.Output) {
	l.kernels.MulF32(x, rows, l.panels, out)
}

// linearI16 computes with 16-bit integers, each token's activations with their
// own scale.
type linearI16 struct {
	kernels *kernel.Set
	panels  *kernel.PanelsI16
}

func (l *linearI16) apply(a *Arena, x []float32, rows int, out kernel.Output) {
	l.kernels.QuantizeI16(a.integers, a.scales, x, rows, l.panels)
	l.kernels.MulI16(a.integers, a.scales, rows, l.panels, out)
}
