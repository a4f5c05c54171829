// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package generic

import (
	"math"
	"unsafe"
)

// LayerNorm computes, over the n elements of one row,
//
//	y = x + residual
//	dst = gamma * (y - mean(y)) / sqrt(var(y) + eps) + beta
//
// with the variance of the population. dst may be x or residual.
func LayerNorm(dst, x, residual, gamma, beta *float32, n int, eps float32) {
	d, a, b := unsafe.Slice(dst, n), unsafe.Slice(x, n), unsafe.Slice(residual, n)
	g, h := unsafe.Slice(gamma, n), unsafe.Slice(beta, n)
	var sum float32
	for i := range d {
		y := a[i] + b[i]
		d[i] = y
		sum += y
	}
	mean := sum / float32(n)
	var squares float32
	for _, y := range d {
		c := y - mean
		squares += float32(c * c)
	}
	scale := 1 / float32(math.Sqrt(float64(squares/float32(n)+eps)))
	for i, y := range d {
		d[i] = float32((y-mean)*scale)*g[i] + h[i]
	}
}

// GELU replaces n elements x by x/2 * (1 + erf(x/sqrt(2))).
func GELU(x *float32, n int) {
	for i, v := range unsafe.Slice(x, n) {
		unsafe.Slice(x, n)[i] = float32(0.5 * float64(v) * (1 + math.Erf(float64(v)/math.Sqrt2)))
	}
}

// Softmax makes each of rows rows of n elements, one after the other, a
// probability distribution: exp(x-max) / sum(exp(x-max)).
func Softmax(x *float32, rows, n int) {
	for r := range rows {
		softmax(unsafe.Slice(offset(x, r*n), n))
	}
}

func softmax(row []float32) {
	largest := row[0]
	for _, v := range row[1:] {
		largest = max(largest, v)
	}
	var sum float32
	for i, v := range row {
		e := float32(math.Exp(float64(v - largest)))
		row[i] = e
		sum += e
	}
	scale := 1 / sum
	for i := range row {
		row[i] *= scale
	}
}

// Transpose8 writes 8 rows of columns elements as columns of 8:
//
//	dst[c*dstStride+r] = src[r*srcStride+c]
func Transpose8(dst *float32, dstStride int, src *float32, srcStride, columns int) {
	for r := range 8 {
		for c, v := range unsafe.Slice(offset(src, r*srcStride), columns) {
			*offset(dst, c*dstStride+r) = v
		}
	}
}

// smallest keeps the quotient limit/max finite: a row whose elements are all
// smaller becomes zero.
const smallest = 1e-30

// QuantizeI16 rounds the n elements of one row to integers,
//
//	scale = max(|src|) / limit, dst = round(src * (limit / max(|src|)))
//
// to nearest, ties to even. NaN and infinities give unspecified integers.
func QuantizeI16(dst *int16, src *float32, n int, limit float32) (scale float32) {
	x := unsafe.Slice(src, n)
	largest := largestOf(x)
	factor := limit / largest
	for i, v := range x {
		q := math.RoundToEven(float64(v * factor))
		unsafe.Slice(dst, n)[i] = int16(max(math.MinInt16, min(math.MaxInt16, q)))
	}
	return largest / limit
}

// QuantizeI8 is QuantizeI16 for limits of at most 127; 128 is added to every
// integer.
func QuantizeI8(dst *uint8, src *float32, n int, limit float32) (scale float32) {
	x := unsafe.Slice(src, n)
	largest := largestOf(x)
	factor := limit / largest
	for i, v := range x {
		q := math.RoundToEven(float64(v * factor))
		unsafe.Slice(dst, n)[i] = uint8(128 + int(max(math.MinInt8, min(math.MaxInt8, q))))
	}
	return largest / limit
}

// largestOf is the largest magnitude, and no less than the smallest that counts.
func largestOf(x []float32) float32 {
	largest := float32(smallest)
	for _, v := range x {
		largest = max(largest, v, -v)
	}
	return largest
}

// Dot is the sum of a[i]*b[i] over n elements.
func Dot(a, b *float32, n int) float32 {
	var sum float32
	y := unsafe.Slice(b, n)
	for i, v := range unsafe.Slice(a, n) {
		sum += float32(v * y[i])
	}
	return sum
}
