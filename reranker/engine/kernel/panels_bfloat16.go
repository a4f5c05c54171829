// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// PanelsBF16 are weights rounded to bfloat16 and packed for a Set: the panel of
// columns n to n+width-1 starts at n*in, and holds weights k and k+1 of column
// n+j, for even k, at k*width + 2j. They need no scales.
type PanelsBF16 struct {
	out, in, width int
	weights        []uint16
	bias           []float32
}

// RoundBF16 makes bfloat16 of stored weights, so that those of a file and those
// just packed give the same bits.
func (s *Set) RoundBF16(st *StoredI16) (*PanelsBF16, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	p := &PanelsBF16{out: st.Out, in: st.In, width: s.Width, weights: Halves(st.Out * st.In), bias: st.Bias}
	eachPair(s, st, p.weights, roundRow)
	return p, nil
}

// roundRow rounds pairs of weights of neighbouring columns.
func roundRow(to []uint16, from []int16, scales []float32) {
	for j := 0; j < len(to); j += 2 {
		scale := scales[j/2]
		to[j], to[j+1] = generic.BFloat16(float32(from[j])*scale), generic.BFloat16(float32(from[j+1])*scale)
	}
}

// SizeBF16 is the number of elements that rows rows of size elements take in
// bfloat16: they come in blocks.
func SizeBF16(rows, size int) int {
	return (rows + generic.BlockBF16 - 1) / generic.BlockBF16 * generic.BlockBF16 * size
}

// RoundRowBF16 rounds x to row r of dst, which has SizeBF16 elements. Sets agree to
// the last bit.
func (s *Set) RoundRowBF16(dst []uint16, x []float32, r int) {
	const block = generic.BlockBF16
	n := len(x)
	if n == 0 || n%Align != 0 || r < 0 || len(dst) < SizeBF16(r+1, n) {
		panic(fmt.Sprintf("BUG: round row %d of %d elements into %d", r, n, len(dst)))
	}
	s.roundBF16(&dst[r/block*block*n+r%block*Align], &x[0], n, block*Align)
}

// MulBF16 computes out = x Wᵀ + bias for rows that RoundRowBF16 made.
func (s *Set) MulBF16(x []uint16, rows int, w *PanelsBF16, out Output) {
	if rows <= 0 {
		return
	}
	if len(x) < SizeBF16(rows, w.in) || w.width != s.Width {
		panic(fmt.Sprintf("BUG: %d rows of %d columns in %d elements, panels of %d for a set with %d", rows, w.in, len(x), w.width, s.Width))
	}
	// The panels of a block of the output lie side by side; where every panel is
	// a block, all are as far apart.
	together, apart := out.Block, s.Width
	if out.Block == s.Width {
		together, apart = w.out, out.BlockStride
	}
	for n := 0; n < w.out; n += together {
		out.column(n+together-s.Width, rows, s.Width) // checks the last one
		c := out.column(n, rows, s.Width)
		s.tileBF16(rows, together/s.Width, w.in, &x[0], &w.weights[n*w.in], &c[0], out.Stride, apart, &w.bias[n])
	}
}
