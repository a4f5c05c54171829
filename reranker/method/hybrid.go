// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

// mixture holds the weights of the three parts; they sum to one.
type mixture struct{ classical, quantum, third float64 }

// newMixture returns the weights
//
//	quantum a, third (1-a) l, classical (1-a)(1-l)
//
// each divided by the spread of its part and scaled to sum to one again. The
// third part is the lexical score or the caller's prior. A part that carries
// all of the weight gets exactly 1 and the others exactly 0, so that the
// weights 0 and 1 reproduce the pure methods bit for bit.
func newMixture(a, l float64, c Calibration, thirdSpread float64) mixture {
	m := mixture{
		classical: (1 - a) * (1 - l) / c.Classical,
		quantum:   a / c.Quantum,
		third:     (1 - a) * l / thirdSpread,
	}
	sum := m.classical + m.quantum + m.third
	return mixture{m.classical / sum, m.quantum / sum, m.third / sum}
}

func valueOr(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}

// hybrid returns the mixture of the parts. It is a convex combination, hence
// within [0,1] and increasing in each part.
func (s *Scorer) hybrid(q *Query, d *Document, prior *float64) Score {
	c, x := s.classical(q, d), s.quantumScore(q, d)
	r := Score{
		Classical: c.Classical, HasClassical: true,
		Quantum: x.Quantum, HasQuantum: true, ShotSD: x.ShotSD,
		Lexical: unit(s.table.Score(q.bag, d.bag)), HasLexical: true,
	}
	w := s.weights(prior)
	r.Degenerate = w.classical > 0 && c.Degenerate || w.quantum > 0 && x.Degenerate
	if !r.Degenerate {
		r.Value = s.Mix(r, prior)
	}
	return r
}

// Mix returns the hybrid value of parts that are known already, such as those
// of another Scorer that differs in its weights alone.
func (s *Scorer) Mix(parts Score, prior *float64) float64 {
	w, third := s.weights(prior), parts.Lexical
	if prior != nil {
		third = unit(*prior)
	}
	return unit(w.classical*parts.Classical + w.quantum*parts.Quantum + w.third*third)
}

// weights returns the mixture with or without a prior.
func (s *Scorer) weights(prior *float64) mixture {
	if prior != nil {
		return s.withPrior
	}
	return s.mixture
}
