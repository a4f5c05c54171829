// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package static

import (
	"cmp"
	"math"
	"slices"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// chunk is how many products are added in float32 before they go into a sum in
// double precision.
const chunk = 1024

// gram writes the inner products of all pairs of n rows of dim elements.
func gram(dst []float64, x []float32, n, dim int) {
	k := kernel.Default()
	for i := range n {
		for j := range i + 1 {
			sum := 0.0
			for at := 0; at < dim; at += chunk {
				end := min(at+chunk, dim)
				sum += float64(k.Dot(x[i*dim+at:i*dim+end], x[j*dim+at:j*dim+end]))
			}
			dst[i*n+j], dst[j*n+i] = sum, sum
		}
	}
}

// maxSweeps is far above the eight or so that Jacobi's method takes.
const maxSweeps = 40

// eigen returns the eigenvalues of the symmetric n x n matrix a, largest first,
// and the eigenvectors as rows, by Jacobi's method: plane rotations that clear
// one element at a time. It destroys a. Each vector's element of largest
// magnitude is positive.
func eigen(a []float64, n int) (values, vectors []float64) {
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	total := 0.0
	for _, x := range a {
		total += x * x
	}
	for range maxSweeps {
		off := 0.0
		for p := range n {
			for q := range p {
				off += a[p*n+q] * a[p*n+q]
				clearElement(a, v, n, q, p)
			}
		}
		if off <= 1e-24*total {
			break
		}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(a[j*n+j], a[i*n+i]) })
	values, vectors = make([]float64, n), make([]float64, n*n)
	for k, i := range order {
		values[k] = a[i*n+i]
		copy(vectors[k*n:], v[i*n:(i+1)*n])
		fixSign(vectors[k*n : (k+1)*n])
	}
	return values, vectors
}

// clearElement rotates rows and columns p < q of a so that a[p][q] becomes zero,
// and the rows p and q of v alike.
func clearElement(a, v []float64, n, p, q int) {
	x := a[p*n+q]
	if x == 0 {
		return
	}
	theta := (a[q*n+q] - a[p*n+p]) / (2 * x)
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	app, aqq := a[p*n+p]-t*x, a[q*n+q]+t*x
	rotate(a[p*n:(p+1)*n], a[q*n:(q+1)*n], c, s)
	rotate(v[p*n:(p+1)*n], v[q*n:(q+1)*n], c, s)
	for i := range n {
		a[i*n+p], a[i*n+q] = a[p*n+i], a[q*n+i]
	}
	a[p*n+p], a[q*n+q] = app, aqq
	a[p*n+q], a[q*n+p] = 0, 0
}

func rotate(x, y []float64, c, s float64) {
	for i, u := range x {
		w := y[i]
		x[i], y[i] = c*u-s*w, s*u+c*w
	}
}

func fixSign(v []float64) {
	largest := 0.0
	for _, x := range v {
		if math.Abs(x) > math.Abs(largest) {
			largest = x
		}
	}
	if largest < 0 {
		for i := range v {
			v[i] = -v[i]
		}
	}
}
