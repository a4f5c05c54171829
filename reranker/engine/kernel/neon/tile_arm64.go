// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package neon

import "unsafe"

// Width is the number of columns of a panel, Rows that of rows of the largest tile.
const (
	Width = 16
	Rows  = 6
)

// TileF32 computes c[r][j] = bias[j] + sum over s of a[r][s]*b[s][j] with one
// fused multiply-add a step, s ascending, for up to 6 rows and a panel's columns.
// Strides are in elements.
//
//go:noescape
func TileF32(rows, steps int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, bias, next *float32)

// TileI16 computes c[r][j] = float32(sum)*(rowScale[r]*columnScale[j]) + add[r][j],
// where sum is over the products of int16 pairs, two for each step. A stride of
// zero makes add a bias; add may be c. There may be any number of rows.
func TileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int, _ *int16) {
	for r := 0; r < rows; {
		h := height(rows - r)
		tileI16(h, steps, after(a, r*lda), lda, b, after(c, r*ldc), ldc, after(rowScale, r), columnScale, after(add, r*addStride), addStride)
		r += h
	}
}

// TileI8 computes c[r][j] = float32(start[j]+sum)*(rowScale[r]*columnScale[j]) +
// add[r][j], where sum is over the products of bytes, four for each step. A stride
// of zero makes add a bias; add may be c. There may be any number of rows.
func TileI8(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, _ *int8) {
	for r := 0; r < rows; {
		h := height(rows - r)
		tileI8(h, steps, after(a, r*lda), lda, b, after(c, r*ldc), ldc, after(rowScale, r), columnScale, start, after(add, r*addStride), addStride)
		r += h
	}
}

// TileI8Dot is TileI8 for steps that are a multiple of 4, with FEAT_DotProd. The more
// rows the better: what sums start at is computed once for all.
func TileI8Dot(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, _ *int8) {
	var signed [Width]int32
	signedStart(&signed[0], start, b, steps)
	for r := 0; r < rows; {
		h := height(rows - r)
		tileI8Dot(h, steps, after(a, r*lda), lda, b, after(c, r*ldc), ldc, after(rowScale, r), columnScale, &signed[0], after(add, r*addStride), addStride)
		r += h
	}
}

// TileI8MM is TileI8Dot with FEAT_I8MM, which takes bytes without a sign.
func TileI8MM(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int, _ *int8) {
	for r := 0; r < rows; {
		h := height(rows - r)
		tileI8MM(h, steps, after(a, r*lda), lda, b, after(c, r*ldc), ldc, after(rowScale, r), columnScale, start, after(add, r*addStride), addStride)
		r += h
	}
}

// height is that of the next tile when left rows are left: tiles are as few and as
// nearly equal as can be.
func height(left int) int {
	tiles := (left + Rows - 1) / Rows
	return (left + tiles - 1) / tiles
}

// after returns a pointer n elements after p.
func after[T any](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// tileI16 is TileI16 for up to 6 rows.
//
//go:noescape
func tileI16(rows, steps int, a *int16, lda int, b *int16, c *float32, ldc int, rowScale, columnScale, add *float32, addStride int)

// tileI8 is TileI8 for up to 6 rows.
//
//go:noescape
func tileI8(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)

// signedStart adds to start what sums lack when 128 is taken from every byte of the
// input: 128 times each column's weights.
//
//go:noescape
func signedStart(dst, start *int32, b *int8, steps int)

// tileI8Dot is TileI8Dot for up to 6 rows, with a start of signedStart.
//
//go:noescape
func tileI8Dot(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)

// tileI8MM is TileI8MM for up to 6 rows.
//
//go:noescape
func tileI8MM(rows, steps int, a *uint8, lda int, b *int8, c *float32, ldc int, rowScale, columnScale *float32, start *int32, add *float32, addStride int)
