// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package neon

// LayerNorm normalises one row of n elements, a multiple of 16: gamma *
// (y - mean(y)) / sqrt(var(y) + eps) + beta for y = x + residual. dst may be one of them.
//
//go:noescape
func LayerNorm(dst, x, residual, gamma, beta *float32, n int, eps float32)

// GELU replaces n elements, a multiple of 16, by their Gaussian error linear units.
//
//go:noescape
func GELU(x *float32, n int)

// Softmax makes each of rows rows of n elements, a multiple of 16, one after the other, a
// probability distribution.
//
//go:noescape
func Softmax(x *float32, rows, n int)

// Transpose8 writes 8 rows of columns elements, a multiple of 4, as columns of 8:
// dst[c*dstStride+r] = src[r*srcStride+c].
//
//go:noescape
func Transpose8(dst *float32, dstStride int, src *float32, srcStride, columns int)

// Rotate multiplies every 128 of n elements, a multiple of 128, by the Hadamard
// matrix of that order. dst may be src.
//
//go:noescape
func Rotate(dst, src *float32, n int)

// Dot is the sum of a[i]*b[i] over n elements, a multiple of 32.
//
//go:noescape
func Dot(a, b *float32, n int) float32

// QuantizeI16 rounds one row of n elements, a multiple of 16, to integers of at
// most limit and returns the scale that undoes it.
//
//go:noescape
func QuantizeI16(dst *int16, src *float32, n int, limit float32) (scale float32)

// QuantizeI8 is QuantizeI16 for limits of at most 127; 128 is added to every
// integer.
//
//go:noescape
func QuantizeI8(dst *uint8, src *float32, n int, limit float32) (scale float32)
