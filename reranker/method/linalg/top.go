// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

// TopEigen returns the r largest eigenvalues of the symmetric n x n matrix a,
// largest first, and their eigenvectors as the rows of an r x n matrix;
// r is cut to n. It destroys a.
func TopEigen(a []float64, n, r int) (values, vectors []float64) {
	r = min(r, n)
	values, vectors = Eigen(a, n)
	return values[:r], vectors[:r*n]
}
