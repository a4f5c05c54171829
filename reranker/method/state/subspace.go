// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Subspace is a projector Pi = B'B given by its orthonormal basis.
type Subspace[T linalg.Real] struct {
	Basis     []T // Rank x Dim, row-major, orthonormal rows
	Rank, Dim int
}

// Leading returns the span of the eigenvectors of e's density matrix with the
// rank largest eigenvalues, or of all with an eigenvalue that is not zero
// where those are fewer.
//
// With fewer rows than dimensions the n x n matrix G = D S S' D, D the roots of
// the weights, has the same eigenvalues as rho = S' D D S, and an eigenvector
// x of G gives the eigenvector S' D x / sqrt(lambda) of rho.
func Leading[T linalg.Real](e Ensemble[T], rank int) Subspace[T] {
	if e.N > e.Dim {
		return leadingWide(e, rank)
	}
	n := e.N
	roots := make([]float64, n)
	for i, w := range e.Weights {
		roots[i] = math.Sqrt(w)
	}
	g := make([]float64, n*n)
	linalg.Gram(g, e.Rows, n, e.Dim)
	for i, root := range roots {
		row := g[i*n+i : (i+1)*n] // the upper triangle is all that TopEigen reads
		for j, other := range roots[i:] {
			row[j] *= root * other
		}
	}
	values, vectors := linalg.TopEigen(g, n, rank)
	r := significant[T](values)
	for k := range r {
		inv := 1 / math.Sqrt(values[k])
		for i := range n {
			vectors[k*n+i] *= roots[i] * inv
		}
	}
	return Subspace[T]{Basis: combine(vectors, r, e), Rank: r, Dim: e.Dim}
}

// combine returns the r vectors sum_i c[k][i] row_i.
func combine[T linalg.Real](c []float64, r int, e Ensemble[T]) []T {
	if rows, single := any(e.Rows).([]float32); single {
		return any(combineSingle(c, r, rows, e.N, e.Dim)).([]T)
	}
	out := make([]T, r*e.Dim)
	for k := range r {
		sum := out[k*e.Dim : (k+1)*e.Dim]
		for i := range e.N {
			for j, x := range e.Row(i) {
				sum[j] += T(c[k*e.N+i]) * x
			}
		}
	}
	return out
}

// combineSingle is combine by the kernels.
func combineSingle(c []float64, r int, rows []float32, n, dim int) []float32 {
	coefficients := make([]float32, r*n)
	for i := range coefficients {
		coefficients[i] = float32(c[i])
	}
	return linalg.Combine(coefficients, r, rows, n, dim)
}

// leadingWide is Leading for more rows than dimensions: the density matrix
// itself is then the smaller of the two.
func leadingWide[T linalg.Real](e Ensemble[T], rank int) Subspace[T] {
	dim := e.Dim
	columns := make([]T, dim*e.N) // of the rows scaled by the roots of their weights
	for i, w := range e.Weights {
		root := T(math.Sqrt(w))
		for j, x := range e.Row(i) {
			columns[j*e.N+i] = root * x
		}
	}
	rho := make([]float64, dim*dim)
	linalg.Gram(rho, columns, dim, e.N)
	values, vectors := linalg.TopEigen(rho, dim, rank)
	r := significant[T](values)
	s := Subspace[T]{Basis: make([]T, r*dim), Rank: r, Dim: dim}
	for i, x := range vectors[:r*dim] {
		s.Basis[i] = T(x)
	}
	return s
}

// significant counts the leading eigenvalues that are not zero up to the
// rounding of the inputs: a repeated token leaves an eigenvalue that is zero
// in theory and 1e-8 in float32, and its direction would be noise.
func significant[T linalg.Real](values []float64) int {
	threshold := 1e-12
	var t T
	if _, single := any(t).(float32); single {
		threshold = 1e-6
	}
	r := 0
	for r < len(values) && values[r] > threshold*values[0] && values[r] > 0 {
		r++
	}
	return r
}

// Expect returns Tr(rho_q Pi) = sum_i w_i |B t_i|^2: the probability that a
// measurement of q finds it inside the subspace.
func (s Subspace[T]) Expect(q Ensemble[T]) float64 {
	sum := 0.0
	for i, w := range q.Weights {
		inside, t := 0.0, q.Row(i)
		for k := range s.Rank {
			x := linalg.Dot(s.Basis[k*s.Dim:(k+1)*s.Dim], t)
			inside += x * x
		}
		sum += w * inside
	}
	return clamp01(sum)
}
