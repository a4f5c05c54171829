// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rounding

import (
	"fmt"
	"math"
)

// Gram collects the products of all pairs of elements of inputs.
type Gram struct {
	size int
	sums []float64 // [size][size]
}

// NewGram is for inputs of size elements.
func NewGram(size int) *Gram { return &Gram{size: size, sums: make([]float64, size*size)} }

// Add adds the products of some inputs:
//
//	products[i*size+j] = sum over inputs x of x[i]*x[j]
func (g *Gram) Add(products []float32) {
	if len(products) != len(g.sums) {
		panic(fmt.Sprintf("BUG: %d products for a matrix of %d", len(products), len(g.sums)))
	}
	for i, p := range products {
		g.sums[i] += float64(p)
	}
}

// damping is how much of the mean of its diagonal is added to the matrix: inputs of
// another kind must not find errors in directions that these did not use.
const damping = 0.01

// Factor returns what Round needs. It is nil where the inputs were not numbers.
func (g *Gram) Factor() *Factor {
	n, mean := g.size, 0.0
	for i := range n {
		mean += g.sums[i*n+i] / float64(n)
	}
	added := damping * mean
	if mean == 0 {
		added = 1 // no direction is better than another
	}
	r := make([]float64, n*n)
	for j := n - 1; j >= 0; j-- {
		right := r[j*n+j+1 : (j+1)*n]
		rest := g.sums[j*n+j] + added - dot(right, right)
		if !(rest > 0) || math.IsInf(rest, 0) {
			return nil
		}
		r[j*n+j] = math.Sqrt(rest)
		for i := range j {
			r[i*n+j] = (g.sums[i*n+j] - dot(r[i*n+j+1:(i+1)*n], right)) / r[j*n+j]
		}
	}
	return newFactor(n, r)
}

// dot adds up in a fixed order, four sums side by side.
func dot(a, b []float64) float64 {
	var s [4]float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		for k := range s {
			s[k] += float64(x[k] * y[k])
		}
	}
	for ; i < len(a); i++ {
		s[0] += float64(a[i] * b[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
