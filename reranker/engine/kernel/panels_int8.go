// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel/generic"
)

// PanelsI8 are weights rotated, quantised to int8 and packed for a Set. Rows of
// weights and inputs are both multiplied by Hadamard matrices, which changes no
// product but spreads what is large in a few elements over all of them, so that
// bytes lose less (QuaRot, arXiv:2404.00456). The inner dimension is divided into
// the same parts as that of PanelsI16. Weights may have corrections (see CorrectI8).
type PanelsI8 struct {
	out, in, width int
	rotation       int // elements that are rotated together
	parts          []partI8
	bias           []float32
}

// partI8 is a part of the inner dimension. The panel of columns n to n+width-1
// starts at n*size, and holds weights k to k+3 of column n+j, for k a multiple of
// four, at k*width + 4j. Inputs have 128 added to them, so sums start at -128
// times the sum of a column's weights.
type partI8 struct {
	first, size int
	weights     []int8
	scales      []float32 // of the columns
	start       []int32   // and of their sums
}

const (
	limitI8         = 127
	offsetI8        = 128
	rotatedTogether = 128
)

// rotationOf is how many elements of a part are rotated together: as many as
// divide it, because a part has its own scales.
func rotationOf(size int) int { return min(size&-size, rotatedTogether) }

// Rotate writes x, whose length is a multiple of size, to dst, every size
// elements multiplied by the Hadamard matrix of that order: see generic.Rotate.
// Sets agree to the last bit.
func (s *Set) Rotate(dst, x []float32, size int) {
	n := len(x)
	if size < 1 || size&(size-1) != 0 || n%size != 0 || len(dst) != n {
		panic(fmt.Sprintf("BUG: rotate %d elements by %d into %d", n, size, len(dst)))
	}
	switch {
	case n == 0:
	case size == rotatedTogether:
		s.rotate(&dst[0], &x[0], n)
	default:
		generic.Rotate(&dst[0], &x[0], n, size)
	}
}

// RotateI8 rotates the inputs of a layer as NarrowI8 rotates its weights.
func (s *Set) RotateI8(dst, x []float32) {
	s.Rotate(dst, x, rotationOf(len(x)/PartsI16(len(x))))
}

// NarrowI8 makes bytes of stored weights, so that those of a file and those just
// packed give the same bits. No input can overflow a sum: a part's sums stay below
// 2^8 * 2^7 * longestPart.
func (s *Set) NarrowI8(st *StoredI16) (*PanelsI8, error) {
	if err := st.check(); err != nil {
		return nil, err
	}
	size := st.In / len(st.Parts)
	p := &PanelsI8{out: st.Out, in: st.In, width: s.Width, bias: st.Bias, rotation: rotationOf(size)}
	for i := range st.Parts {
		p.parts = append(p.parts, s.narrowPart(&st.Parts[i], st.Out, i*size, size))
	}
	return p, nil
}

func (s *Set) narrowPart(st *StoredPart, out, first, size int) partI8 {
	p := partI8{first: first, size: size, weights: aligned[int8](out * size), scales: Floats(out), start: make([]int32, out)}
	r := s.newRowsI8(size)
	for n := range out {
		// Both factors are longer by the square root of the rotation.
		p.scales[n] = st.Scales[n] * r.read(st, n) / float32(r.rotation)
		r.apply(st, n)
		panel := p.weights[n/s.Width*s.Width*size+n%s.Width*4:]
		sum := 0
		for k, b := range r.bytes {
			w := int(b) - offsetI8
			panel[k/4*4*s.Width+k%4] = int8(w)
			sum += w
		}
		p.start[n] = int32(-offsetI8 * sum)
	}
	return p
}

// QuantizeI8 rotates and quantises x as row r of rows rows, each part of it with
// its own scale, as the panels want them: scales[part*rows + r]. rotated is
// working memory for a row.
func (s *Set) QuantizeI8(dst []uint8, scales, rotated, x []float32, r, rows int, w *PanelsI8) {
	if len(x) < w.in || len(rotated) < w.in || r < 0 || r >= rows || len(dst) < rows*w.in || len(scales) < rows*len(w.parts) {
		panic(fmt.Sprintf("BUG: quantise row %d of %d rows of %d: %d elements, by way of %d, into %d with %d scales", r, rows, w.in, len(x), len(rotated), len(dst), len(scales)))
	}
	rotated = rotated[:w.in]
	s.Rotate(rotated, x[:w.in], w.rotation)
	for i := range w.parts {
		p := &w.parts[i]
		scales[i*rows+r] = s.quantizeI8(&dst[r*w.in+p.first], &rotated[p.first], p.size, limitI8)
	}
}

// MulI8 computes out = x Wᵀ + bias for rows that QuantizeI8 made.
func (s *Set) MulI8(x []uint8, scales []float32, rows int, w *PanelsI8, out Output) {
	if rows <= 0 {
		return
	}
	if len(x) < rows*w.in || len(scales) < rows*len(w.parts) || w.width != s.Width {
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
				s.tileI8(h, p.size/4, &x[r*w.in+p.first], w.in, &p.weights[n*p.size], &c[r*out.Stride], out.Stride, &scales[i*rows+r], &p.scales[n], &p.start[n], &add[r*stride], stride, &next[0])
				next = skip(next, p.size/4/stepsPerTurn*cacheLine)
				r += h
			}
		}
	}
}
