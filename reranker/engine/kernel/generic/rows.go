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

// Softmax replaces n elements by exp(x-max)/sum(exp(x-max)), and those from n
// to padded by zero.
func Softmax(x *float32, n, padded int) {
	row := unsafe.Slice(x, padded)
	largest := row[0]
	for _, v := range row[1:n] {
		largest = max(largest, v)
	}
	var sum float32
	for i, v := range row[:n] {
		e := float32(math.Exp(float64(v - largest)))
		row[i] = e
		sum += e
	}
	scale := 1 / sum
	for i := range row[:n] {
		row[i] *= scale
	}
	clear(row[n:])
}

// Keys returns the function that packs rows of dim elements, stride elements
// apart, as panels of the given width whose columns are the rows:
//
//	dst[p*dim*width + d*width + j] = k[(p*width+j)*stride + d]
//
// Columns after the last row are zero.
func Keys(width int) func(dst, k *float32, stride, rows, dim int) {
	return func(dst, k *float32, stride, rows, dim int) {
		for first := 0; first < rows; first += width {
			panel := unsafe.Slice(offset(dst, first*dim), dim*width)
			filled := min(width, rows-first)
			if filled < width {
				clear(panel)
			}
			for j := range filled {
				for d, v := range unsafe.Slice(offset(k, (first+j)*stride), dim) {
					panel[d*width+j] = v
				}
			}
		}
	}
}
