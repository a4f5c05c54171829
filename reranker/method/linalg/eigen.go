// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"cmp"
	"math"
	"slices"
)

// Eigen returns all eigenvalues of the symmetric n x n matrix a, largest
// first, and the eigenvectors as the rows of an n x n matrix. It destroys a.
//
// Each vector's sign is fixed (its entry of largest magnitude is positive),
// so that equal input gives equal bits.
func Eigen(a []float64, n int) (values, vectors []float64) {
	t := reduce(a, n)
	return t.eigen()
}

// eigen returns all eigenvalues and eigenvectors of the reduced matrix. It
// destroys the tridiagonal one.
func (t *tridiagonal) eigen() (values, vectors []float64) {
	n := t.n
	z, scratch := make([]float64, n*n), make([]float64, n)
	for i := range n {
		row := z[i*n : (i+1)*n]
		row[i] = 1
		t.apply(row, scratch)
	}
	t.diagonalize(z)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(t.diag[j], t.diag[i]) })
	values = make([]float64, n)
	vectors = make([]float64, n*n)
	for k, i := range order {
		values[k] = t.diag[i]
		copy(vectors[k*n:(k+1)*n], z[i*n:(i+1)*n])
		fixSign(vectors[k*n : (k+1)*n])
	}
	return values, vectors
}

// Eigenvalues returns all eigenvalues of the symmetric n x n matrix a,
// largest first. It destroys a.
func Eigenvalues(a []float64, n int) []float64 {
	t := reduce(a, n)
	return t.values()
}

// diagonalize turns t into a diagonal matrix by implicit QL steps with
// Wilkinson's shift (Golub and Van Loan, section 8.3.3) and applies the same
// rotations to the rows of z, which may be nil.
func (t *tridiagonal) diagonalize(z []float64) {
	const maxSteps = 60 // two or three per value are usual; 30 is the common bound
	for l := range t.n {
		for range maxSteps {
			m := t.split(l)
			if m == l {
				break
			}
			t.step(l, m, z)
		}
	}
}

// split returns the end of the unreduced block that begins at l.
func (t *tridiagonal) split(l int) int {
	const eps = 0x1p-52
	m := l
	for ; m+1 < t.n; m++ {
		if math.Abs(t.off[m]) <= eps*(math.Abs(t.diag[m])+math.Abs(t.diag[m+1])) {
			t.off[m] = 0
			break
		}
	}
	return m
}

// step makes one implicit QL step on the block l..m.
func (t *tridiagonal) step(l, m int, z []float64) {
	d, e := t.diag, t.off
	g := (d[l+1] - d[l]) / (2 * e[l])
	g = d[m] - d[l] + e[l]/(g+math.Copysign(math.Sqrt(g*g+1), g))
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := s*e[i], c*e[i]
		r := math.Sqrt(f*f + g*g)
		e[i+1] = r
		if r == 0 { // the block falls apart here
			d[i+1] -= p
			e[m] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = (d[i]-g)*s + 2*c*b
		p = s * r
		d[i+1] = g + p
		g = c*r - b
		if z != nil {
			rotate(z[i*t.n:(i+1)*t.n], z[(i+1)*t.n:(i+2)*t.n], c, s)
		}
	}
	d[l] -= p
	e[l] = g
	e[m] = 0
}

// rotate applies a Givens rotation to the rows x and y.
func rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for k, xk := range x {
		f := y[k]
		y[k] = s*xk + c*f
		x[k] = c*xk - s*f
	}
}

// fixSign makes the entry of largest magnitude positive; the first one wins
// a tie.
func fixSign(v []float64) {
	best := 0
	for i, x := range v {
		if math.Abs(x) > math.Abs(v[best]) {
			best = i
		}
	}
	if len(v) > 0 && v[best] < 0 {
		for i := range v {
			v[i] = -v[i]
		}
	}
}
