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
func reduce(a []float64, n int) tridiagonal {
	buf := make([]float64, 4*n)
	t := tridiagonal{n: n, diag: buf[:n:n], off: buf[n : 2*n : 2*n], tau: buf[2*n : 3*n : 3*n], a: a}
	p := buf[3*n:]
	for k := 0; k+1 < n; k++ {
		t.diag[k] = a[k*n+k]
		v := a[k*n+k+1 : (k+1)*n]
		beta, tau := householder(v)
		t.off[k], t.tau[k] = beta, tau
		if tau == 0 {
			continue
		}
		q := p[:len(v)]
		symmetricTimes(q, a, n, k+1, v)
		// q = tau A v; then w = q - (tau/2)(q'v) v makes A - v w' - w v' the
		// reflected matrix.
		for i := range q {
			q[i] *= tau
		}
		half := 0.5 * tau * Dot(q, v)
		for i := range q {
			q[i] -= half * v[i]
		}
		for i := range v {
			row := a[(k+1+i)*n+k+1+i : (k+2+i)*n]
			axpy2(row, -v[i], q[i:], -q[i], v[i:])
		}
	}
	if n > 0 {
		t.diag[n-1] = a[n*n-1]
	}
	return t
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

// symmetricTimes computes dst = A v, where A is the trailing block of a that
// begins at row and column from. Each element above the diagonal is read once
// and used twice.
func symmetricTimes(dst, a []float64, n, from int, v []float64) {
	clear(dst)
	for i := range v {
		row := a[(from+i)*n+from+i : (from+i+1)*n]
		vi, out, in := v[i], dst[i:], v[i:]
		dst[i] += row[0] * vi
		dst[i] += dotAxpy(row[1:], in[1:], vi, out[1:])
	}
}

// dotAxpy returns row . in and adds scale*row to out.
func dotAxpy(row, in []float64, scale float64, out []float64) float64 {
	in, out = in[:len(row)], out[:len(row)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(row); i += 4 {
		r, x, y := row[i:i+4:i+4], in[i:i+4:i+4], out[i:i+4:i+4]
		s0 += r[0] * x[0]
		s1 += r[1] * x[1]
		s2 += r[2] * x[2]
		s3 += r[3] * x[3]
		y[0] += scale * r[0]
		y[1] += scale * r[1]
		y[2] += scale * r[2]
		y[3] += scale * r[3]
	}
	for ; i < len(row); i++ {
		s0 += row[i] * in[i]
		out[i] += scale * row[i]
	}
	return (s0 + s1) + (s2 + s3)
}

// axpy2 adds s*x + t*y to dst.
func axpy2(dst []float64, s float64, x []float64, t float64, y []float64) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += s*x[i] + t*y[i]
	}
}

// apply overwrites z, a vector in the basis of T, with Q z.
func (t *tridiagonal) apply(z []float64) {
	for k := t.n - 2; k >= 0; k-- {
		if t.tau[k] == 0 {
			continue
		}
		v := t.a[k*t.n+k+1 : (k+1)*t.n]
		part := z[k+1:]
		s := -t.tau[k] * Dot(v, part)
		for i := range part {
			part[i] += s * v[i]
		}
	}
}
