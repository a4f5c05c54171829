// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
)

// Weights get at least 11 bits. Where a layer's rows are so short or uneven that
// there is room for more, activations get activationShare times as many steps:
// their largest magnitude lies further above the ordinary ones than a weight's.
const (
	leastWeightLimit = 2047
	activationShare  = 8
)

// weightLimitI16 returns the largest magnitude of quantised weights. With
// weight limit w and activation limit a, a column's sum stays within 32 bits if
//
//	a * w * max over columns of sum(|weight|)/max(|weight|) <= 2³¹ - 1
//
// and a = activationShare*w uses all of that.
func weightLimitI16(d *Dense) float64 {
	heaviest := 1.0
	for n := range d.Out {
		sum, largest := 0.0, 0.0
		for _, w := range d.Weights[n*d.In : (n+1)*d.In] {
			sum += math.Abs(float64(w))
			largest = max(largest, math.Abs(float64(w)))
		}
		if largest >= smallestWeight {
			heaviest = max(heaviest, sum/largest)
		}
	}
	balanced := math.Floor(math.Sqrt(math.MaxInt32 / heaviest / activationShare))
	return min(math.MaxInt16, max(leastWeightLimit, balanced))
}

// smallestWeight is where a column counts as zero.
const smallestWeight = 1e-30

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
// follows from the quantised weights, so that 32-bit sums cannot overflow,
// whatever the input.
func (s *Set) PackI16(d *Dense) *PanelsI16 {
	d.check()
	p := &PanelsI16{out: d.Out, in: d.In, width: s.Width, weights: aligned[int16](d.Out * d.In), scales: Floats(d.Out), bias: d.Bias}
	heaviest, weightLimit := int64(1), float32(weightLimitI16(d))
	for n := range d.Out {
		row := d.Weights[n*d.In : (n+1)*d.In]
		scale, factor := scaleOf(row, weightLimit)
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
	if largest < smallestWeight {
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
