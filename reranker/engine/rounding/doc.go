// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rounding rounds weights to integers so that products with inputs of the
// usual kind err least, which is not to the nearest ones: where inputs are
// correlated, what one weight loses another can make up for.
//
// For weights w, integers q and inputs x, the mean square of the error of a
// product is
//
//	mean((w-q)·x)² = eᵀ H e = |Rᵀ e|², e = w - q, H = mean(x xᵀ) = R Rᵀ
//
// R is upper triangular. Integers are chosen one after the other, each so that its
// element of Rᵀe, which depends on it and those before, comes nearest to zero. That
// is Babai's nearest plane, and what GPTQ computes (arXiv:2210.17323; that they are
// one: arXiv:2507.18553).
package rounding
