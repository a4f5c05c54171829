// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Ensemble is a density matrix in the form of its parts. The rows have unit
// length and the weights are positive and sum to one; who builds an Ensemble
// sees to that.
type Ensemble[T linalg.Real] struct {
	Rows    []T // N x Dim, row-major
	Weights []float64
	N, Dim  int
}

// Row returns row i.
func (e Ensemble[T]) Row(i int) []T { return e.Rows[i*e.Dim : (i+1)*e.Dim] }

// Overlap returns Tr(rho_a rho_b), which is between 0 and 1. It is the
// quantity that a SWAP test of two mixed states estimates.
func Overlap[T linalg.Real](a, b Ensemble[T]) float64 {
	g := make([]float64, a.N*b.N)
	linalg.CrossGram(g, a.Rows, a.N, b.Rows, b.N, a.Dim)
	sum := 0.0
	for i, w := range a.Weights {
		inner := 0.0
		for j, u := range b.Weights {
			x := g[i*b.N+j]
			inner += u * x * x
		}
		sum += w * inner
	}
	return clamp01(sum)
}

// Purity returns Tr(rho^2), which is between 1/m and 1.
func Purity[T linalg.Real](e Ensemble[T]) float64 { return Overlap(e, e) }

// Copies returns the p-copy overlap
//
//	sum_i w_i ( sum_j u_j (t_i.s_j)^(2p) )^(1/p)
//
// which is Overlap at p = 1 and tends to sum_i w_i max_j (t_i.s_j)^2, late
// interaction by maximum similarity, as p grows.
func Copies[T linalg.Real](a, b Ensemble[T], p float64) float64 {
	g := make([]float64, a.N*b.N)
	linalg.CrossGram(g, a.Rows, a.N, b.Rows, b.N, a.Dim)
	sum := 0.0
	for i, w := range a.Weights {
		row := g[i*b.N : (i+1)*b.N]
		// The largest term is taken out, or its 2p-th power would underflow.
		top := 0.0
		for _, x := range row {
			top = max(top, math.Abs(x))
		}
		if top == 0 {
			continue
		}
		inner := 0.0
		for j, u := range b.Weights {
			inner += u * math.Pow(math.Abs(row[j])/top, 2*p)
		}
		sum += w * top * top * math.Pow(inner, 1/p)
	}
	return clamp01(sum)
}

// Fidelity returns Uhlmann's fidelity of the two density matrices. With
// M = diag(sqrt w) T S' diag(sqrt u) it is the square of the sum of M's
// singular values, found here as the roots of the eigenvalues of M M'.
func Fidelity[T linalg.Real](a, b Ensemble[T]) float64 {
	if a.N > b.N {
		a, b = b, a
	}
	m := make([]float64, a.N*b.N)
	linalg.CrossGram(m, a.Rows, a.N, b.Rows, b.N, a.Dim)
	for i, w := range a.Weights {
		for j, u := range b.Weights {
			m[i*b.N+j] *= math.Sqrt(w * u)
		}
	}
	g := make([]float64, a.N*a.N)
	linalg.Gram(g, m, a.N, b.N)
	nuclear := 0.0
	for _, lambda := range linalg.Eigenvalues(g, a.N) {
		nuclear += math.Sqrt(max(lambda, 0))
	}
	return clamp01(nuclear * nuclear)
}

// clamp01 removes the few units in the last place by which rounding may leave
// the range of a probability.
func clamp01(x float64) float64 { return min(max(x, 0), 1) }
