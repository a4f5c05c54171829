// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
)

// weightLimitI16 is the largest magnitude of a quantised weight. It leaves the
// sum of a row's magnitudes small enough for activations of about the same
// number of bits (see PackI16), so that neither side's rounding dominates.
const weightLimitI16 = 2047

// PanelsI16 are weights quantised to int16, each column with its own scale, and
// packed for a Set: the panel of columns n to n+width-1 starts at n*In, and
// holds weights k and k+1 of column n+j, for even k, at k*width + 2j.
type PanelsI16 struct {
	out, in, width int
	weights        []int16
	scales, bias   []float32
	limit          float32 // of the magnitude of quantised activations
}

// PackI16 quantises and packs weights for the set. The limit of activations
// follows from the weights: no sum can exceed
//
//	limit * max over columns of sum(|weight|) <= 2³¹ - 1
//
// so 32-bit sums cannot overflow, whatever the input.
func (s *Set) PackI16(d *Dense) *PanelsI16 {
	d.check()
	p := &PanelsI16{out: d.Out, in: d.In, width: s.Width, weights: aligned[int16](d.Out * d.In), scales: Floats(d.Out), bias: d.Bias}
	heaviest := int64(1)
	for n := range d.Out {
		row := d.Weights[n*d.In : (n+1)*d.In]
		scale, factor := scaleOf(row, weightLimitI16)
		p.scales[n] = scale
		panel := p.weights[n/s.Width*s.Width*d.In:]
		magnitudes := int64(0)
		for k, w := range row {
			q := int16(math.RoundToEven(float64(w * factor)))
			panel[k/2*2*s.Width+n%s.Width*2+k%2] = q
			magnitudes += int64(max(q, -q))
		}
		heaviest = max(heaviest, magnitudes)
	}
	p.limit = float32(min(math.MaxInt16, math.MaxInt32/heaviest))
	return p
}

// scaleOf returns the scale that quantises the row to magnitudes of at most
// limit, and its inverse. A row of zeros has scale zero.
func scaleOf(row []float32, limit float32) (scale, factor float32) {
	largest := float32(0)
	for _, w := range row {
		largest = max(largest, w, -w)
	}
	if largest < 1e-30 {
		return 0, 0
	}
	return largest / limit, limit / largest
}

// QuantizeI16 quantises the first rows rows of x, each with its own scale, as
// the panels want them.
func (s *Set) QuantizeI16(dst []int16, scales, x []float32, rows int, w *PanelsI16) {
	if len(x) < rows*w.in || len(dst) < rows*w.in || len(scales) < rows {
		panic(fmt.Sprintf("BUG: quantise %d rows of %d: %d elements into %d with %d scales", rows, w.in, len(x), len(dst), len(scales)))
	}
	for r := range rows {
		scales[r] = s.quantizeI16(&dst[r*w.in], &x[r*w.in], w.in, w.limit)
	}
}

// MulI16 computes out = x Wᵀ + bias for rows that QuantizeI16 made.
func (s *Set) MulI16(x []int16, scales []float32, rows int, w *PanelsI16, out Output) {
	if rows <= 0 {
		return
	}
	if len(x) < rows*w.in || len(scales) < rows || w.width != s.Width {
		panic(fmt.Sprintf("BUG: %d rows of %d columns in %d elements with %d scales, panels of %d for a set with %d", rows, w.in, len(x), len(scales), w.width, s.Width))
	}
	for n := 0; n < w.out; n += s.Width {
		c := out.column(n, rows, s.Width)
		for r := 0; r < rows; {
			h := s.tileRows(rows - r)
			s.tileI16(h, w.in/2, &x[r*w.in], w.in, &w.weights[n*w.in], &c[r*out.Stride], out.Stride, &scales[r], &w.scales[n], &w.bias[n])
			r += h
		}
	}
}
