// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// PanelsI16 are weights quantised to int16 and packed for a Set. The inner
// dimension is divided into parts, each with its own scales for weights and
// for activations: a sum over fewer products leaves room for finer steps, and
// a large activation makes the steps of its own part coarse only. Products of
// the parts are added in float32.
type PanelsI16 struct {
	out, in, width int
	bytes          *bytesI16 // of the set that they are for; nil for pairs
	parts          []partI16
	bias           []float32
}

// partI16 is a part of the inner dimension. The panel of columns n to
// n+width-1 starts at n*size, and holds weights k and k+1 of column n+j, for
// even k, at k*width + 2j.
type partI16 struct {
	first, size int
	weights     []int16
	scales      []float32 // of the columns
	limit       float32   // of the magnitude of quantised activations
}

// longestPart is the most products in one integer sum. A panel of so many
// steps fits the first-level cache too.
const longestPart = 512

// PartsI16 is the number of parts of an inner dimension.
func PartsI16(in int) int {
	parts := (in + longestPart - 1) / longestPart
	for in%(parts*Align) != 0 {
		parts++
	}
	return parts
}

// PackI16 quantises and packs weights for the set. The limit of activations
// follows from the quantised weights, so that 32-bit sums cannot overflow,
// whatever the input.
func (s *Set) PackI16(d *Dense) *PanelsI16 {
	d.check()
	p := &PanelsI16{out: d.Out, in: d.In, width: s.Width, bytes: s.bytes, bias: d.Bias}
	parts := PartsI16(d.In)
	for i := range parts {
		size := d.In / parts
		p.parts = append(p.parts, s.packPartI16(d, i*size, size))
	}
	return p
}

func (s *Set) packPartI16(d *Dense, first, size int) partI16 {
	p := partI16{first: first, size: size, weights: Integers(d.Out * size), scales: Floats(d.Out)}
	heaviest, weightLimit := int64(1), float32(d.weightLimitI16(first, size))
	for n := range d.Out {
		row := d.row(n, first, size)
		scale, factor := scaleOf(row, weightLimit)
		p.scales[n] = scale
		panel := p.weights[n/s.Width*s.Width*size:]
		magnitudes := int64(0)
		for k, w := range row {
			q := int16(math.RoundToEven(float64(w * factor)))
			panel[k/2*2*s.Width+n%s.Width*2+k%2] = q
			magnitudes += int64(max(q, -q))
		}
		heaviest = max(heaviest, magnitudes)
	}
	p.limit = float32(min(math.MaxInt16, math.MaxInt32/heaviest))
	p.weights = s.ordered(p.weights, size)
	return p
}

// ordered returns panels of pairs in the order in which the set's products want
// them.
func (s *Set) ordered(weights []int16, size int) []int16 {
	if s.bytes == nil {
		return weights
	}
	split := Integers(len(weights))
	s.bytes.split(split, weights, size)
	return split
}

// row returns size weights of row n from column first on.
func (d *Dense) row(n, first, size int) []float32 {
	return d.Weights[n*d.In+first:][:size]
}

// Weights get at least 11 bits. Where rows are so short or uneven that there is
// room for more, activations get activationShare times as many steps: their
// largest magnitude lies further above the ordinary ones than a weight's.
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
func (d *Dense) weightLimitI16(first, size int) float64 {
	heaviest := 1.0
	for n := range d.Out {
		sum, largest := 0.0, 0.0
		for _, w := range d.row(n, first, size) {
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

// QuantizeI16 quantises x as row r of rows rows, each part of it with its own
// scale, as the panels want them: scales[part*rows + r].
func (s *Set) QuantizeI16(dst []int16, scales, x []float32, r, rows int, w *PanelsI16) {
	if len(x) < w.in || r < 0 || r >= rows || len(dst) < rows*w.in || len(scales) < rows*len(w.parts) {
		panic(fmt.Sprintf("BUG: quantise row %d of %d rows of %d: %d elements into %d with %d scales", r, rows, w.in, len(x), len(dst), len(scales)))
	}
	quantize := s.quantizeI16
	if s.bytes != nil {
		quantize = s.bytes.quantize
	}
	for i := range w.parts {
		p := &w.parts[i]
		scales[i*rows+r] = quantize(&dst[r*w.in+p.first], &x[p.first], p.size, p.limit)
	}
}

// QuantizeRow rounds one row to integers of at most limit in magnitude and
// returns their scale. Sets agree to the last bit.
func (s *Set) QuantizeRow(dst []int16, x []float32, limit float32) (scale float32) {
	n := len(x)
	if len(dst) != n {
		panic(fmt.Sprintf("BUG: quantise a row of %d elements into %d", n, len(dst)))
	}
	if n == 0 || n%Align != 0 {
		return generic.QuantizeI16(unsafe.SliceData(dst), unsafe.SliceData(x), n, limit)
	}
	return s.quantizeI16(&dst[0], &x[0], n, limit)
}

// MulI16 computes out = x Wᵀ + bias for rows that QuantizeI16 made.
func (s *Set) MulI16(x []int16, scales []float32, rows int, w *PanelsI16, out Output) {
	if rows <= 0 {
		return
	}
	if len(x) < rows*w.in || len(scales) < rows*len(w.parts) || w.width != s.Width || (w.bytes == nil) != (s.bytes == nil) {
		panic(fmt.Sprintf("BUG: %d rows of %d columns in %d elements with %d scales, panels of %d for a set with %d", rows, w.in, len(x), len(scales), w.width, s.Width))
	}
	for i := range w.parts {
		p := &w.parts[i]
		for n := 0; n < w.out; n += s.Width {
			c := out.column(n, rows, s.Width)
			add, stride := addend(i, w.bias[n:], c, out.Stride)
			next := following(p.weights, n*p.size, s.Width*p.size)
			for r := 0; r < rows; {
				h := s.tileRowsOfIntegers(rows - r)
				s.tileI16(h, p.size/2, &x[r*w.in+p.first], w.in, &p.weights[n*p.size], &c[r*out.Stride], out.Stride, &scales[i*rows+r], &p.scales[n], &add[r*stride], stride, &next[0])
				next = skip(next, p.size/2/stepsPerTurn*cacheLine/2)
				r += h
			}
		}
	}
}

// addend is what the products of a part are added to: the bias, and then the sums
// of the parts before.
func addend(part int, bias, sums []float32, stride int) ([]float32, int) {
	if part == 0 {
		return bias, 0
	}
	return sums, stride
}
