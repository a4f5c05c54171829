// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"math"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Probe is a query's density matrix prepared to be measured by the subspaces
// of many documents: its rows, scaled by the roots of their weights and
// packed for the kernels, so that Tr(rho_q Pi) is one sum of squares. It is
// safe for concurrent use.
type Probe struct {
	packed *linalg.Packed
	dim    int
}

// NewProbe prepares q. It keeps no reference to it.
func NewProbe(q Ensemble[float32]) *Probe {
	scaled := make([]float32, len(q.Rows))
	for i, w := range q.Weights {
		root := float32(math.Sqrt(w))
		for j, x := range q.Row(i) {
			scaled[i*q.Dim+j] = root * x
		}
	}
	return &Probe{packed: linalg.Pack(scaled, q.N, q.Dim), dim: q.Dim}
}

// Dim returns the number of dimensions of the query's token states.
func (p *Probe) Dim() int { return p.dim }

// Bytes returns the memory that the probe holds: more than its rows take where they are
// few, because they are packed for the kernels.
func (p *Probe) Bytes() int { return p.packed.Bytes() }

// scratch holds products between calls.
var scratch = sync.Pool{New: func() any { return new([]float32) }}

// In returns Tr(rho_q Pi) for the subspace of a document. It equals
// s.Expect(q) up to rounding.
func (p *Probe) In(s Subspace[float32]) float64 {
	buf := scratch.Get().(*[]float32)
	defer scratch.Put(buf)
	n := s.Rank * p.packed.Width()
	if cap(*buf) < n {
		*buf = make([]float32, n)
	}
	product := (*buf)[:n]
	p.packed.Times(product, s.Basis, s.Rank)
	sum := 0.0
	for _, x := range product {
		sum += float64(x) * float64(x)
	}
	return clamp01(sum)
}
