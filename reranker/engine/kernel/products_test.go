// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// shapes of products: one panel and several, one step of the unrolled loop and
// many, and every number of rows up to two tiles.
var productShapes = [][2]int{{32, 32}, {32, 96}, {96, 32}, {64, 160}, {384, 64}, {1056, 32}}

func TestFloat32ProductsAreWithinTheBound(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, shape := range productShapes {
			for rows := 1; rows <= 2*s.Rows+1; rows++ {
				checkF32(t, s, shape[0], shape[1], rows, rows%5)
			}
		}
	})
}

// checkF32 compares a product with the one in double precision. A sum of n
// products in float32, fused or not, errs by less than (n+2)*eps times the sum
// of the products' magnitudes.
func checkF32(t *testing.T, s *Set, in, out, rows, offset int) {
	t.Helper()
	r := random(uint64(in*7 + out*3 + rows))
	d := randomDense(r, out, in)
	x, xCheck := guarded(rows*in, offset)
	fill(r, x)
	y, yCheck := guarded(rows*out, offset)
	s.MulF32(x, rows, s.PackF32(d), Rows(y, out))
	xCheck(t)
	yCheck(t)
	for i := range rows {
		for n := range out {
			sum, magnitude := float64(d.Bias[n]), math.Abs(float64(d.Bias[n]))
			for k := range in {
				p := float64(x[i*in+k]) * float64(d.Weights[n*in+k])
				sum += p
				magnitude += math.Abs(p)
			}
			bound := float64(in+2) * 0x1p-24 * magnitude
			if diff := math.Abs(float64(y[i*out+n]) - sum); !(diff <= bound) {
				t.Fatalf("%dx%d, %d rows: element %d,%d is %g, want %g within %g", in, out, rows, i, n, y[i*out+n], sum, bound)
			}
		}
	}
}

// format is one of numbers, with what multiplies in it.
type format struct {
	name Format
	mul  func(t *testing.T, s *Set, d *Dense, x []float32, rows int) []float32
}

// formats are those whose products every set computes to the same bits.
var formats = []format{{Int16, mulI16}, {Int8, mulI8}, {BFloat16, mulBF16}}

// heights are numbers of rows: every one up to two tiles, and some that are more
// than one block of AMX.
func heights(s *Set) []int {
	if testing.Short() { // plain Go is slow under the race detector
		return []int{1, 2, s.Rows, s.Rows + 1, 17, 33}
	}
	var all []int
	for rows := 1; rows <= 2*s.Rows+1; rows++ {
		all = append(all, rows)
	}
	return append(all, 31, 32, 33, 48, 50, 63, 64, 65)
}

func TestProductsEqualTheGenericOnesBitForBit(t *testing.T) {
	reference := genericSet()
	forEach(t, func(t *testing.T, s *Set) {
		for _, format := range formats {
			for _, shape := range productShapes {
				in, out := shape[0], shape[1]
				d := randomDense(random(uint64(in+out*5)), out, in)
				for _, rows := range heights(s) {
					x, xCheck := guarded(rows*in, rows%3)
					fill(random(uint64(rows)), x)
					want := format.mul(t, reference, d, x, rows)
					got := format.mul(t, s, d, x, rows)
					xCheck(t)
					if !sameBits(got, want) {
						t.Fatalf("%s %dx%d, %d rows differ from generic", format.name, in, out, rows)
					}
				}
			}
		}
	})
}

func mulI16(t *testing.T, s *Set, d *Dense, x []float32, rows int) []float32 {
	t.Helper()
	w := s.PackI16(d)
	q, scales := quantizedI16(s, x, rows, w)
	y, check := guarded(rows*d.Out, 0)
	s.MulI16(q, scales, rows, w, Rows(y, d.Out))
	check(t)
	return y
}

func quantizedI16(s *Set, x []float32, rows int, w *PanelsI16) (q []int16, scales []float32) {
	q, scales = Integers(rows*w.in), Floats(rows*len(w.parts))
	for r := range rows {
		s.QuantizeI16(q, scales, x[r*w.in:], r, rows, w)
	}
	return q, scales
}

func TestIntegerSumsCannotOverflow(t *testing.T) {
	forEach(t, func(t *testing.T, s *Set) {
		for _, in := range []int{32, 384, 4096} {
			// Every weight and every input is at its limit, with the signs that
			// make the sum largest: row 0 positive, row 1 negative.
			d := &Dense{Out: 32, In: in, Weights: make([]float32, 32*in), Bias: make([]float32, 32)}
			x := make([]float32, 2*in)
			for k := range in {
				sign := float32(1 - 2*(k%2))
				x[k], x[in+k] = sign, -sign
				for n := range d.Out {
					d.Weights[n*in+k] = sign
				}
			}
			y := mulI16(t, s, d, x, 2)
			for n := range d.Out {
				for row, want := range []float64{float64(in), -float64(in)} {
					if got := float64(y[row*d.Out+n]); math.Abs(got-want) > 1e-3*float64(in) {
						t.Fatalf("%d products of one: sum %g, want %g", in, got, want)
					}
				}
			}
		}
	})
}

func mulF32(t *testing.T, s *Set, d *Dense, x []float32, rows int) []float32 {
	t.Helper()
	y, check := guarded(rows*d.Out, 0)
	s.MulF32(x, rows, s.PackF32(d), Rows(y, d.Out))
	check(t)
	return y
}

// TestRowsDoNotDependOnOthers is the promise that a text has the same embedding in
// every batch.
func TestRowsDoNotDependOnOthers(t *testing.T) {
	const in, out, rows = 96, 64, 41
	all := append(slices.Clone(formats), format{Float32, mulF32})
	forEach(t, func(t *testing.T, s *Set) {
		for _, format := range all {
			d := randomDense(random(9), out, in)
			x := Floats(rows * in)
			fill(random(10), x)
			together := format.mul(t, s, d, x, rows)
			for i := range rows {
				for _, n := range []int{1, 2, s.Rows + 1, 17, 35} {
					n = min(n, rows-i)
					if !sameBits(format.mul(t, s, d, x[i*in:(i+n)*in], n), together[i*out:(i+n)*out]) {
						t.Fatalf("%s: rows %d to %d alone differ", format.name, i, i+n)
					}
				}
			}
			for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, 1e-40} {
				x[3*in+5] = bad
				spoilt := format.mul(t, s, d, x, rows)
				if !sameBits(spoilt[:3*out], together[:3*out]) || !sameBits(spoilt[4*out:], together[4*out:]) {
					t.Errorf("%s: %g in row 3 changed another row", format.name, bad)
				}
			}
		}
	})
}

func TestOutputInBlocksHoldsTheSameNumbers(t *testing.T) {
	const in, block, blocks, rows = 32, 32, 3, 5
	forEach(t, func(t *testing.T, s *Set) {
		r := random(5)
		d := randomDense(r, block*blocks, in)
		x := Floats(rows * in)
		fill(r, x)
		plain := Floats(rows * block * blocks)
		s.MulF32(x, rows, s.PackF32(d), Rows(plain, block*blocks))
		split, check := guarded(rows*block*blocks, 0)
		s.MulF32(x, rows, s.PackF32(d), Output{Data: split, Stride: block, Block: block, BlockStride: rows * block})
		check(t)
		for b := range blocks {
			for i := range rows {
				got, want := split[(b*rows+i)*block:][:block], plain[i*block*blocks+b*block:][:block]
				if !sameBits(got, want) {
					t.Fatalf("block %d, row %d differs", b, i)
				}
			}
		}
	})
}

func TestWrongSizesPanicBeforeAnythingIsTouched(t *testing.T) {
	s := Available()[0]
	d := randomDense(random(1), 32, 32)
	w, w16, w8 := s.PackF32(d), s.PackI16(d), narrow(t, s, d)
	x, y := Floats(64), Floats(64)
	calls := map[string]func(){
		"too few inputs":    func() { s.MulF32(x[:63], 2, w, Rows(y, 32)) },
		"too few outputs":   func() { s.MulF32(x, 2, w, Rows(y[:63], 32)) },
		"too few scales":    func() { s.MulI16(Integers(64), y[:1], 2, w16, Rows(y, 32)) },
		"too few bytes":     func() { s.MulI8(Bytes(63), y, 2, w8, Rows(y, 32)) },
		"too few halves":    func() { s.RoundRowBF16(Halves(1023), x[:32], 0) },
		"rotation by three": func() { s.Rotate(y[:63], x[:63], 3) },
		"odd sizes":         func() { s.PackF32(&Dense{Out: 31, In: 32, Weights: x, Bias: y}) },
		"another set":       func() { (&Set{Width: 8, Rows: 1}).MulF32(x, 2, w, Rows(y, 32)) },
		"softmax too long":  func() { s.Softmax(x, 3, 32) },
		"unequal norms":     func() { s.LayerNorm(x, x, x, x[:3], x, 0) },
		"too many keys":     func() { s.PackKeys(x, x, 3, 32) },
		"attention scratch": func() { s.Attention(y, 32, x, x, x, 2, 2, 32, nil) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if p := fmt.Sprint(recover()); len(p) < 4 || p[:4] != "BUG:" {
					t.Errorf("panic is %q, want one that starts with BUG:", p)
				}
			}()
			call()
		})
	}
}

func FuzzProducts(f *testing.F) {
	f.Add(uint8(1), uint8(1), uint8(1), uint64(1))
	f.Add(uint8(12), uint8(3), uint8(29), uint64(2))
	f.Fuzz(func(t *testing.T, in, out, rows uint8, seed uint64) {
		k, n, m := Align*(1+int(in)%16), Align*(1+int(out)%5), 1+int(rows)%64
		r := random(seed)
		d := randomDense(r, n, k)
		x := Floats(m * k)
		fill(r, x)
		var want [][]float32
		for _, format := range formats {
			want = append(want, format.mul(t, genericSet(), d, x, m))
		}
		for _, s := range Available() {
			checkF32(t, s, k, n, m, int(seed%16))
			for i, format := range formats {
				if !sameBits(format.mul(t, s, d, x, m), want[i]) {
					t.Errorf("%s: %s %dx%d, %d rows differ from generic", s.Name, format.name, k, n, m)
				}
			}
		}
	})
}
