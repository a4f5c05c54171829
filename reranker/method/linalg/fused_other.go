// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !amd64 || purego

package linalg

func fused(row []float64, s float64, x []float64, t float64, y, in []float64, scale float64, out []float64) float64 {
	return fusedGeneric(row, s, x, t, y, in, scale, out)
}
