// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package avx2 holds the kernels in assembly for CPUs with AVX2 and FMA. What
// each function computes is said by its twin in package generic. Calling one
// on a CPU without the instructions kills the process: only package kernel
// calls them, after it asked the CPU.
//
// The files are written by the program in ../_asm. On other architectures, and
// with the build tag purego, the package is empty.
package avx2
