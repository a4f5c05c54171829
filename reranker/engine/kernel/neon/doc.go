// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package neon holds the kernels in assembly for CPUs with Armv8-A's vector
// instructions (NEON), which all have, and products of bytes for those with the
// extensions for dot products and for signs that differ (FEAT_DotProd, FEAT_I8MM). What
// each function computes is said by its twin in package generic; sizes are multiples of
// Align, and there is at least one row and one step. Calling an
// extension's function on a CPU without it kills the process: only package kernel calls
// them, after it asked the CPU.
//
// Panels have 16 columns. Tiles have up to 6 rows, so 24 of the 32 registers hold
// sums. Nothing is fetched into the cache ahead of its use: a panel's weights lie one
// after the other, which processors notice by themselves.
//
// The files are written by hand. Most vector instructions are unknown to Go's
// assembler; encode_arm64.h has them as words. On other architectures, and with the
// build tag purego, the package is empty.
package neon
