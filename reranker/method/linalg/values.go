// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"cmp"
	"math"
	"slices"
)

// values returns the eigenvalues, largest first, and leaves t as it is.
//
// It is the QL iteration of Pal, Walker and Kahan, which works with the squares
// of the off-diagonal elements and takes no roots in its inner loop (Parlett,
// "The Symmetric Eigenvalue Problem", section 8.15): twice as fast as the one
// that also turns vectors.
func (t *tridiagonal) values() []float64 {
	d, squares := slices.Clone(t.diag), make([]float64, t.n)
	for i, e := range t.off {
		squares[i] = e * e
	}
	const maxSteps = 60
	for l := range t.n {
		for range maxSteps {
			m := splitSquares(d, squares, l)
			if m == l {
				break
			}
			stepSquares(d, squares, l, m)
		}
	}
	slices.SortFunc(d, func(x, y float64) int { return cmp.Compare(y, x) })
	return d
}

// splitSquares returns the end of the unreduced block that begins at l.
func splitSquares(d, squares []float64, l int) int {
	const eps = 0x1p-52
	m := l
	for ; m+1 < len(d); m++ {
		if limit := eps * (math.Abs(d[m]) + math.Abs(d[m+1])); squares[m] <= limit*limit {
			squares[m] = 0
			break
		}
	}
	return m
}

// stepSquares makes one implicit QL step on the block l..m.
func stepSquares(d, squares []float64, l, m int) {
	root := math.Sqrt(squares[l])
	g := (d[l+1] - d[l]) / (2 * root)
	shift := d[l] - root/(g+math.Copysign(math.Sqrt(g*g+1), g))
	c, s := 1.0, 0.0
	gamma := d[m] - shift
	p := gamma * gamma
	for i := m - 1; i >= l; i-- {
		b := squares[i]
		r := p + b
		if i != m-1 {
			squares[i+1] = s * r
		}
		before := c
		inv := 1 / r
		c, s = p*inv, b*inv
		old := gamma
		gamma = c*(d[i]-shift) - s*old
		d[i+1] = old + (d[i] - gamma)
		if c != 0 {
			p = gamma * gamma / c
		} else {
			p = before * b
		}
	}
	squares[l] = s * p
	d[l] = shift + gamma
}
