// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

// mixture holds the weights of the three terms; they sum to one.
type mixture struct{ classical, quantum, lexical float64 }

func newMixture(opt HybridOptions, lexicalDefault float64) mixture {
	a, l := DefaultQuantumWeight, lexicalDefault
	if opt.QuantumWeight != nil {
		a = *opt.QuantumWeight
	}
	if opt.LexicalWeight != nil {
		l = *opt.LexicalWeight
	}
	return mixture{classical: (1 - a) * (1 - l), quantum: a, lexical: (1 - a) * l}
}

// hybrid returns the mixture of the calibrated parts. A part that carries all
// of the weight is passed on as it is, so that the weights 0 and 1 reproduce
// the pure methods bit for bit.
func (s *Scorer) hybrid(q *Query, d *Document, prior *float64) Score {
	c, x := s.classical(q, d), s.quantumScore(q, d)
	r := Score{
		Classical: c.Classical, HasClassical: true,
		Quantum: x.Quantum, HasQuantum: true, ShotSD: x.ShotSD,
		Lexical: unit(s.table.Score(q.bag, d.bag)), HasLexical: true,
	}
	w, third, line := s.mixture, r.Lexical, s.calibration.Lexical
	if prior != nil {
		w, third, line = s.withPrior, unit(*prior), s.calibration.Prior
	}
	r.Degenerate = w.classical > 0 && c.Degenerate || w.quantum > 0 && x.Degenerate
	switch {
	case r.Degenerate:
	case w.classical == 1:
		r.Value = c.Value
	case w.quantum == 1:
		r.Value = x.Value
	case w.lexical == 1:
		r.Value = third
	default:
		r.Value = unit(w.classical*c.Classical +
			w.quantum*s.calibration.Quantum.at(x.Quantum) +
			w.lexical*line.at(third))
	}
	return r
}
