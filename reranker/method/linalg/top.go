// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "math"

// TopEigen returns the r largest eigenvalues of the symmetric n x n matrix a,
// largest first, and their eigenvectors as the rows of an r x n matrix;
// r is cut to n. It reads the upper triangle of a and destroys it.
//
// All vectors would cost 3 n^3 multiply-adds beside the 2/3 n^3 of the
// reduction. A few cost next to nothing by inverse iteration on the
// tridiagonal matrix. Each pair is checked: should one miss its residual bound,
// the full solution is used.
func TopEigen(a []float64, n, r int) (values, vectors []float64) {
	r = max(min(r, n), 0)
	t := reduce(a, n)
	values = t.values()[:r]
	vectors = make([]float64, r*n)
	scale := t.scale()
	if scale == 0 || !t.invert(values, vectors, scale) {
		values, vectors = t.eigen()
		return values[:r], vectors[:r*n]
	}
	scratch := make([]float64, n)
	for k := range r {
		v := vectors[k*n : (k+1)*n]
		t.apply(v, scratch)
		fixSign(v)
	}
	return values, vectors
}

// scale returns the largest row sum of magnitudes: a bound of the norm of T.
func (t *tridiagonal) scale() float64 {
	norm, left := 0.0, 0.0
	for i, d := range t.diag {
		right := math.Abs(t.off[i])
		norm = max(norm, left+math.Abs(d)+right)
		left = right
	}
	return norm
}

// invert finds the vectors of T that belong to values by inverse iteration.
// Each is kept orthogonal to those before it, which separates the vectors of
// a multiple eigenvalue. It reports whether all residuals are small.
func (t *tridiagonal) invert(values, vectors []float64, scale float64) bool {
	const (
		steps = 4       // one is enough almost always
		bound = 0x1p-44 // of the norm; 2^-52 is a unit in the last place
	)
	solver := newShifted(t.n)
	seed := uint64(1)
	for k, lambda := range values {
		z := vectors[k*t.n : (k+1)*t.n]
		for i := range z {
			// A start without structure; the constants are Knuth's MMIX generator.
			seed = seed*6364136223846793005 + 1442695040888963407
			z[i] = float64(seed>>33)/(1<<31) - 0.5
		}
		solver.factor(t, lambda, scale)
		done := false
		for range steps {
			solver.solve(z)
			for j := range k {
				v := vectors[j*t.n : (j+1)*t.n]
				c := Dot(z, v)
				for i := range z {
					z[i] -= c * v[i]
				}
			}
			if !Normalize(z, z) {
				return false
			}
			if done = t.residual(z, lambda) <= bound*scale; done {
				break
			}
		}
		if !done {
			return false
		}
	}
	return true
}

// residual returns the length of T z - lambda z.
func (t *tridiagonal) residual(z []float64, lambda float64) float64 {
	sum := 0.0
	for i, d := range t.diag {
		x := (d - lambda) * z[i]
		if i > 0 {
			x += t.off[i-1] * z[i-1]
		}
		if i+1 < t.n {
			x += t.off[i] * z[i+1]
		}
		sum += x * x
	}
	return math.Sqrt(sum)
}
