// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import "fmt"

// Dense is a matrix of weights as models store it, out rows of in elements,
// with a bias for each row: y = W x + bias. Both sizes are multiples of Align.
type Dense struct {
	Out, In int
	Weights []float32 // [Out*In]
	Bias    []float32 // [Out]
}

func (d *Dense) check() {
	if d.Out%Align != 0 || d.In%Align != 0 || len(d.Weights) != d.Out*d.In || len(d.Bias) != d.Out {
		panic(fmt.Sprintf("BUG: dense %dx%d with %d weights and %d biases", d.Out, d.In, len(d.Weights), len(d.Bias)))
	}
}

// PanelsF32 are float32 weights packed for a Set: the panel of columns n to
// n+width-1 starts at n*In, and holds weight k of column n+j at k*width+j.
type PanelsF32 struct {
	out, in, width int
	weights        []float32
	bias           []float32
}

// PackF32 packs weights for the set.
func (s *Set) PackF32(d *Dense) *PanelsF32 { return s.packF32(d, Floats(d.Out*d.In)) }

// PackAlone is PackF32 for what comes and goes, such as a query's states: it shares no
// memory with anything, so that nothing is kept by it but itself.
func (s *Set) PackAlone(d *Dense) *PanelsF32 { return s.packF32(d, alone[float32](d.Out*d.In)) }

func (s *Set) packF32(d *Dense, weights []float32) *PanelsF32 {
	d.check()
	p := &PanelsF32{out: d.Out, in: d.In, width: s.Width, weights: weights, bias: d.Bias}
	for n := 0; n < d.Out; n += s.Width {
		panel := p.weights[n*d.In : (n+s.Width)*d.In]
		for j := range s.Width {
			row := d.Weights[(n+j)*d.In : (n+j+1)*d.In]
			for k, w := range row {
				panel[k*s.Width+j] = w
			}
		}
	}
	return p
}

// Output says where a product goes: row r of column n lies at
//
//	Data[n/Block*BlockStride + r*Stride + n%Block]
//
// so that a product of several matrices side by side can be written as one
// matrix after the other. Block is a multiple of Align.
type Output struct {
	Data        []float32
	Stride      int
	Block       int
	BlockStride int
}

// Rows is the output of an ordinary row-major matrix with n columns.
func Rows(data []float32, n int) Output {
	return Output{Data: data, Stride: n, Block: n}
}

// column returns the data from row 0 of column n on, after checking that rows
// rows of width columns fit.
func (o *Output) column(n, rows, width int) []float32 {
	at := n/o.Block*o.BlockStride + n%o.Block
	if o.Block%Align != 0 || o.Stride < o.Block || at+(rows-1)*o.Stride+width > len(o.Data) {
		panic(fmt.Sprintf("BUG: output of %d elements, stride %d, block %d has no room for %d rows of column %d", len(o.Data), o.Stride, o.Block, rows, n))
	}
	return o.Data[at:]
}

// MulF32 computes out = x Wᵀ + bias for the first rows rows of x, which has
// In columns.
func (s *Set) MulF32(x []float32, rows int, w *PanelsF32, out Output) {
	if rows <= 0 {
		return
	}
	if len(x) < rows*w.in || w.width != s.Width {
		panic(fmt.Sprintf("BUG: %d rows of %d columns in %d elements, panels of %d for a set with %d", rows, w.in, len(x), w.width, s.Width))
	}
	for n := 0; n < w.out; n += s.Width {
		c := out.column(n, rows, s.Width)
		next := following(w.weights, n*w.in, s.Width*w.in)
		for r := 0; r < rows; {
			h := s.tileRows(rows - r)
			s.tileF32(h, w.in, &x[r*w.in], w.in, &w.weights[n*w.in], s.Width, &c[r*out.Stride], out.Stride, &w.bias[n], &next[0])
			next = skip(next, w.in/stepsPerTurn*cacheLine/4)
			r += h
		}
	}
}

// tileRows returns the height of the next tile when left rows are left: the
// fewest tiles, of nearly equal heights, because a low tile cannot hide the
// latency of its additions.
func (s *Set) tileRows(left int) int {
	tiles := (left + s.Rows - 1) / s.Rows
	return (left + tiles - 1) / tiles
}

// tileRowsOfIntegers is tileRows for products of integers.
func (s *Set) tileRowsOfIntegers(left int) int {
	if s.allRows {
		return left
	}
	return s.tileRows(left)
}

// stepsPerTurn is the number of steps after which a tile fetches a cache line
// of the weights that follow.
const stepsPerTurn = 4

// following returns the panel after the one at first, or that one itself where
// it is the last.
func following[T any](weights []T, first, size int) []T {
	if next := first + size; next < len(weights) {
		first = next
	}
	return weights[first : first+size]
}

// skip drops what a tile has fetched, but keeps at least one element.
func skip[T any](next []T, fetched int) []T { return next[min(fetched, len(next)-1):] }
