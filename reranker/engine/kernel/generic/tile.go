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
// distances between rows, in elements. Assembly fuses multiplication and
// addition; this does not, so results differ by rounding.
func TileF32(width int) func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias *float32) {
	return func(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias *float32) {
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

// offset returns a pointer n elements after p.
func offset[T any](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}
