// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rounding

import (
	"fmt"
	"math"
)

// Factor says how the errors of weights make up for each other.
type Factor struct {
	size  int
	lower []float64 // [k][j] = R[j][k] / R[k][k] for j < k
}

func newFactor(n int, r []float64) *Factor {
	f := &Factor{size: n, lower: make([]float64, n*n)}
	for k := range n {
		for j := range k {
			f.lower[k*n+j] = r[j*n+k] / r[k*n+k]
		}
	}
	return f
}

// limit is the largest magnitude of an integer.
const limit = 127

// Round moves integers that are nearest to a row of weights by at most one each.
// It may be called from several goroutines.
func (f *Factor) Round(row []float32, nearest []int8) {
	if len(row) != f.size || len(nearest) != f.size {
		panic(fmt.Sprintf("BUG: round %d weights to %d integers by %d inputs", len(row), len(nearest), f.size))
	}
	off := make([]float64, f.size) // weights less their integers
	for k, w := range row {
		wanted := math.RoundToEven(float64(w) + dot(f.lower[k*f.size:][:k], off[:k]))
		low, high := max(nearest[k], 1-limit)-1, min(nearest[k], limit-1)+1
		nearest[k] = int8(max(float64(low), min(float64(high), wanted)))
		off[k] = float64(w) - float64(nearest[k])
	}
}
