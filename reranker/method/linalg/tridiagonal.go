// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "math"

// tridiagonal is a symmetric matrix A = Q T Q' with T tridiagonal. Q is the
// product H(0) H(1) ... of Householder reflections H(k) = I - tau v v', whose
// vectors are kept in the rows of the matrix that was reduced.
type tridiagonal struct {
	n    int
	diag []float64 // diag[i] = T[i][i]
	off  []float64 // off[i] = T[i][i+1]; off[n-1] = 0
	a    []float64 // v(k) lies in a[k][k+1:]
	tau  []float64
}

// reduce brings the symmetric n x n matrix a to tridiagonal form by n-2
// Householder reflections (Golub and Van Loan, section 8.3.1). It destroys a
// and reads its upper triangle only, row by row, because rows are contiguous.
// The cost is 2/3 n^3 multiply-adds.
//
// A reflection makes A - v w' - w v' of the trailing block. It is not applied
// at once but on the way of the next one, which reads the block anyhow.
func reduce(a []float64, n int) tridiagonal {
	buf := make([]float64, 6*n)
	t := tridiagonal{n: n, diag: buf[:n:n], off: buf[n : 2*n : 2*n], tau: buf[2*n : 3*n : 3*n], a: a}
	// Indexed by column; zero means that no reflection is pending.
	v, w, next := buf[3*n:4*n:4*n], buf[4*n:5*n:5*n], buf[5*n:]
	for k := range n {
		row := a[k*n+k : (k+1)*n]
		for j := range row {
			row[j] -= v[k]*w[k+j] + w[k]*v[k+j]
		}
		t.diag[k] = row[0]
		if k+1 == n {
			break
		}
		h := row[1:]
		t.off[k], t.tau[k] = householder(h)
		t.sweep(k+1, v, w, next)
		clear(v)
		if t.tau[k] == 0 {
			continue
		}
		copy(v[k+1:], h)
		q := next[k+1:]
		for i := range q {
			q[i] *= t.tau[k]
		}
		half := 0.5 * t.tau[k] * Dot(q, h)
		for i := range q {
			q[i] -= half * h[i]
		}
		w, next = next, w
	}
	return t
}

// sweep applies the pending reflection of v and w to the trailing block that
// begins at from, and computes next = A h there, h the new vector in the row
// above. Each element above the diagonal is read once and used twice.
func (t *tridiagonal) sweep(from int, v, w, next []float64) {
	n := t.n
	h := t.a[(from-1)*n : from*n]
	clear(next)
	for i := from; i < n; i++ {
		row := t.a[i*n : (i+1)*n]
		row[i] -= 2 * v[i] * w[i]
		next[i] += row[i] * h[i]
		next[i] += fused(row[i+1:], -v[i], w[i+1:], -w[i], v[i+1:], h[i+1:], h[i], next[i+1:])
	}
}

// householder overwrites x with the vector v, v[0] = 1, of the reflection
// that maps x to (beta, 0, ..., 0), and returns beta and tau.
func householder(x []float64) (beta, tau float64) {
	tail := 0.0
	for _, e := range x[1:] {
		tail += e * e
	}
	alpha := x[0]
	if tail == 0 {
		return alpha, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+tail), alpha)
	tau = (beta - alpha) / beta
	scale := 1 / (alpha - beta)
	for i := 1; i < len(x); i++ {
		x[i] *= scale
	}
	x[0] = 1
	return beta, tau
}

// apply overwrites z, a vector in the basis of T, with Q z. Each reflection is
// carried out together with the inner product that the next one needs.
func (t *tridiagonal) apply(z, scratch []float64) {
	n := t.n
	if n < 2 {
		return
	}
	row := func(k int) []float64 { return t.a[k*n+k+1 : (k+1)*n] }
	v := row(n - 2)
	dot := 0.0
	if t.tau[n-2] != 0 {
		dot = v[0] * z[n-1]
	}
	for k := n - 2; k >= 0; k-- {
		part := z[k+1:]
		s := -t.tau[k] * dot
		if t.tau[k] == 0 {
			s = 0 // the row holds no vector
		}
		if k == 0 {
			for i := range part {
				part[i] += s * v[i]
			}
			return
		}
		above := row(k - 1)
		dot = fused(part, s, v, 0, v, above[1:], 0, scratch)
		dot += above[0] * z[k]
		v = above
	}
}
