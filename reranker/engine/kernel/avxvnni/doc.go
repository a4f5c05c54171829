// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package avxvnni holds the products of integers for CPUs with AVX2 and
// AVX-VNNI but without AVX-512. Everything else is that of package avx2.
//
// The files are written by the program in ../_asm. On other architectures, and
// with the build tag purego, the package is empty.
package avxvnni
