// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package linalg holds the small dense linear algebra that the methods need:
// dot products, Gram matrices and the symmetric eigenproblem.
//
// Matrices are row-major slices. Vectors of the encoder are float32; the same
// functions also take float64, so that the parity tests can compare with
// reference implementations at double precision. Sums are deterministic: the
// order of additions depends on the lengths alone, never on the caller.
package linalg
