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
