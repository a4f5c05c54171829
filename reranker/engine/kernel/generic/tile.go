// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package generic

import "unsafe"

// maxWidth is the widest panel of any set.
const maxWidth = 32

// TileF32 returns the float32 tile for panels of the given width:
//
//	c[r][j] = bias[j] + sum over s < steps of a[r][s]*b[s][j]
//
// for r < rows and j < width, with s ascending. lda, ldb and ldc are the
// distances between rows, in elements. next points at what a CPU should fetch
// into its cache meanwhile; plain Go cannot. Assembly fuses multiplication and
// addition; this does not, so results differ by rounding.
func TileF32(width int) func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32) {
	return func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, _ *float32) {
		var sums [maxWidth]float32
		for r := range rows {
			sum := sums[:width]
			copy(sum, unsafe.Slice(bias, width))
			for s, x := range unsafe.Slice(offset(a, r*lda), steps) {
				w := unsafe.Slice(offset(b, s*ldb), width)
				for j := range sum {
					sum[j] += float32(x * w[j])
				}
			}
			copy(unsafe.Slice(offset(c, r*ldc), width), sum)
		}
	}
}

// TileI16 returns the int16 tile for panels of the given width. A step is a
// pair of elements of a row, and a panel holds the pairs of its columns one
// after the other:
//
//	sum = sum over s < steps of a[r][2s]*b[s][j][0] + a[r][2s+1]*b[s][j][1]
//	c[r][j] = float32(sum)*(rowScale[r]*columnScale[j]) + add[r][j]
//
// A stride of zero between the rows of add makes it a bias; add may be c.
// The sum is exact: the caller makes sure that it fits 32 bits.
func TileI16(width int) func(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, next *int16) {
	return func(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, _ *int16) {
		for r := range rows {
			var sums [maxWidth]int32
			x := unsafe.Slice(offset(a, r*lda), 2*steps)
			for s := range steps {
				x0, x1 := int32(x[2*s]), int32(x[2*s+1])
				w := unsafe.Slice(offset(b, s*2*width), 2*width)
				for j := range sums[:width] {
					sums[j] += x0*int32(w[2*j]) + x1*int32(w[2*j+1])
				}
			}
			finish(sums[:width], unsafe.Slice(offset(c, r*ldc), width), *offset(rowScale, r), unsafe.Slice(columnScale, width), unsafe.Slice(offset(add, r*addStride), width))
		}
	}
}

// TileI8 returns the int8 tile for panels of the given width. A step is four
// elements of a row, which have no sign, and a panel holds the fours of its
// columns one after the other:
//
//	sum = start[j] + sum over s < steps and i < 4 of a[r][4s+i]*b[s][j][i]
//	c[r][j] = float32(sum)*(rowScale[r]*columnScale[j]) + add[r][j]
//
// start undoes what an offset of a adds. A stride of zero between the rows of add
// makes it a bias; add may be c. The sum is exact for up to 2^16 steps.
func TileI8(width int) func(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, next *int8) {
	return func(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, _ *int8) {
		for r := range rows {
			var sums [maxWidth]int32
			copy(sums[:width], unsafe.Slice(start, width))
			x := unsafe.Slice(offset(a, r*lda), 4*steps)
			for s := range steps {
				w := unsafe.Slice(offset(b, s*4*width), 4*width)
				for j := range sums[:width] {
					for i, v := range x[4*s:][:4] {
						sums[j] += int32(v) * int32(w[4*j+i])
					}
				}
			}
			finish(sums[:width], unsafe.Slice(offset(c, r*ldc), width), *offset(rowScale, r), unsafe.Slice(columnScale, width), unsafe.Slice(offset(add, r*addStride), width))
		}
	}
}

// finish turns the sums of one row into float32. The conversions keep the
// compiler from fusing multiplication and addition: assembly does not either,
// so that all sets agree to the last bit.
func finish(sums []int32, c []float32, rowScale float32, columnScale, add []float32) {
	for j, sum := range sums {
		scale := float32(rowScale * columnScale[j])
		c[j] = float32(float32(sum)*scale) + add[j]
	}
}

// offset returns a pointer n elements after p.
func offset[T any](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}
