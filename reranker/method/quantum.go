// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/quantumrerank/quantumrerank/reranker/method/state"
)

// measurement is what an experiment would find: the probability of an
// outcome, and the number by which it is divided to give the score.
type measurement struct {
	probability float64
	divisor     float64
	// background is the probability under the fully mixed state.
	background float64
}

// quantumScore returns the quantum score of the configured state.
func (s *Scorer) quantumScore(q *Query, d *Document) Score {
	m, ok := s.measure(q, d)
	if !ok {
		return Score{Degenerate: true, HasQuantum: true}
	}
	p := s.quantum.Depolarising
	if p > 0 {
		m.probability = (1-p)*m.probability + p*m.background
	}
	if s.quantum.Shots == 0 {
		x := unit(m.probability / m.divisor)
		return Score{Value: x, Quantum: x, HasQuantum: true}
	}
	rng := rand.New(rand.NewPCG(s.quantum.Seed^q.fingerprint, bits.RotateLeft64(d.fingerprint, 32)))
	x := s.quantum.Estimator.Estimate(rng, m.probability, s.quantum.Shots) / m.divisor
	sd := s.quantum.Estimator.SD(m.probability, s.quantum.Shots) / m.divisor
	return Score{Value: unit(x), Quantum: x, HasQuantum: true, ShotSD: sd}
}

// measure returns the exact measurement of the configured state, or false if
// the query or the document has none.
func (s *Scorer) measure(q *Query, d *Document) (measurement, bool) {
	if s.quantum.State == Pure {
		return s.measurePure(q, d)
	}
	if !q.hasTokens || !d.hasTokens {
		return measurement{}, false
	}
	switch s.quantum.State {
	case Overlap:
		if d.tokens.Dim != q.tokens.Dim {
			return measurement{}, false
		}
		norm := math.Sqrt(q.purity * d.purity)
		return measurement{state.Overlap(q.tokens, d.tokens), norm, 1 / amplitudes(d.tokens.Dim)}, true
	case Fidelity:
		if d.tokens.Dim != q.tokens.Dim {
			return measurement{}, false
		}
		return measurement{state.Fidelity(q.tokens, d.tokens), 1, 1 / amplitudes(d.tokens.Dim)}, true
	}
	if d.subspace.Dim != q.probe.Dim() {
		return measurement{}, false
	}
	return measurement{q.probe.In(d.subspace), 1, float64(d.subspace.Rank) / amplitudes(d.subspace.Dim)}, true
}

// measurePure returns the measurement of two encoded vectors.
func (s *Scorer) measurePure(q *Query, d *Document) (measurement, bool) {
	a, b := q.pooled, d.pooled
	if a == nil || b == nil || len(a) != len(b) {
		return measurement{}, false
	}
	switch s.quantum.Encoding {
	case Angle:
		return measurement{state.Angle(a, b, s.quantum.Bandwidth), 1, math.Ldexp(1, -len(a))}, true
	case DenseAngle:
		return measurement{state.DenseAngle(a, b, s.quantum.Bandwidth), 1, math.Ldexp(1, -(len(a)+1)/2)}, true
	}
	return measurement{state.Pure(a, b), 1, 1 / amplitudes(len(a))}, true
}

// amplitudes returns 2^n for the fewest qubits n that hold dim amplitudes.
func amplitudes(dim int) float64 {
	return math.Ldexp(1, bits.Len(uint(dim-1)))
}
