// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import "math"

// shifted is the factorisation of T - lambda I by Gaussian elimination with
// row exchanges: an upper triangular matrix with two superdiagonals.
type shifted struct {
	diag, up, up2, factors []float64
	swapped                []bool
}

func newShifted(n int) *shifted {
	buf := make([]float64, 4*n)
	return &shifted{
		diag: buf[:n:n], up: buf[n : 2*n : 2*n], up2: buf[2*n : 3*n : 3*n], factors: buf[3*n:],
		swapped: make([]bool, n),
	}
}

// factor prepares solve. lambda is an eigenvalue, so one pivot is nearly
// zero; it is kept at a unit in the last place of scale, which makes the
// solution long and of the right direction.
func (s *shifted) factor(t *tridiagonal, lambda, scale float64) {
	n := t.n
	tiny := 0x1p-52 * scale
	s.diag[0] = t.diag[0] - lambda
	for i := range n - 1 {
		below, next := t.off[i], t.diag[i+1]-lambda
		beyond := 0.0
		if i+2 < n {
			beyond = t.off[i+1]
		}
		// Row i is (diag, up, 0) so far, with up of the unreduced matrix
		// unless an exchange left another.
		if i == 0 {
			s.up[0] = t.off[0]
		}
		s.swapped[i] = math.Abs(below) > math.Abs(s.diag[i])
		if s.swapped[i] {
			f := s.diag[i] / below
			up := s.up[i]
			s.diag[i], s.up[i], s.up2[i] = below, next, beyond
			s.diag[i+1], s.up[i+1] = up-f*next, -f*beyond
			s.factors[i] = f
			continue
		}
		s.diag[i] = awayFromZero(s.diag[i], tiny)
		f := below / s.diag[i]
		s.up2[i] = 0
		s.diag[i+1], s.up[i+1] = next-f*s.up[i], beyond
		s.factors[i] = f
	}
	s.diag[n-1] = awayFromZero(s.diag[n-1], tiny)
}

// solve overwrites z with the solution of (T - lambda I) x = z.
func (s *shifted) solve(z []float64) {
	n := len(z)
	for i := range n - 1 {
		if s.swapped[i] {
			z[i], z[i+1] = z[i+1], z[i]-s.factors[i]*z[i+1]
			continue
		}
		z[i+1] -= s.factors[i] * z[i]
	}
	for i := n - 1; i >= 0; i-- {
		x := z[i]
		if i+1 < n {
			x -= s.up[i] * z[i+1]
		}
		if i+2 < n {
			x -= s.up2[i] * z[i+2]
		}
		z[i] = x / s.diag[i]
	}
}

// awayFromZero returns x, or tiny with its sign where x is smaller than that.
func awayFromZero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return math.Copysign(tiny, x)
	}
	return x
}
