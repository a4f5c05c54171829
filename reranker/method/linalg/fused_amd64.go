// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !purego

package linalg

import "golang.org/x/sys/cpu"

// fusedAVX2 is fusedGeneric with fused multiply-adds and its sums in eight
// lanes. The five vectors have n elements; row and out must not overlap the
// others.
//
//go:noescape
func fusedAVX2(row, x, y, in, out *float64, n int, s, t, scale float64) (dot float64)

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasFMA

func fused(row []float64, s float64, x []float64, t float64, y, in []float64, scale float64, out []float64) float64 {
	n := len(row)
	if n == 0 || !hasAVX2 {
		return fusedGeneric(row, s, x, t, y, in, scale, out)
	}
	_, _, _, _ = x[n-1], y[n-1], in[n-1], out[n-1]
	return fusedAVX2(&row[0], &x[0], &y[0], &in[0], &out[0], n, s, t, scale)
}
