// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"github.com/quantumrerank/quantumrerank/reranker/method/lexical"
	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// Scorer scores documents under one configuration. It is safe for concurrent
// use.
type Scorer struct {
	quantum   QuantumOptions
	fusion    Fusion
	mixture   mixture
	withPrior mixture
	// ranks and ranksPrior are the mixtures of RRFusion, where nothing has a
	// spread.
	ranks, ranksPrior mixture
	table             *lexical.Table
	weight            func(id int32) float64 // nil: uniform
}

// NewScorer checks the options and returns a Scorer. Errors name the field,
// its limits and the value.
func NewScorer(opt Options) (*Scorer, error) {
	opt = opt.withDefaults()
	if err := opt.validate(); err != nil {
		return nil, err
	}
	c, _ := CalibrationFor(opt.ModelDigest, opt.Quantum.State)
	if opt.Calibration != nil {
		c = *opt.Calibration
	}
	h := opt.Hybrid
	a := valueOr(h.QuantumWeight, DefaultQuantumWeight)
	l, p := valueOr(h.LexicalWeight, DefaultLexicalWeight), valueOr(h.PriorWeight, DefaultPriorWeight)
	even := Calibration{Classical: 1, Quantum: 1, Lexical: 1, Prior: 1}
	s := &Scorer{
		quantum: opt.Quantum, fusion: h.Fusion,
		mixture:    newMixture(a, l, c, c.Lexical),
		withPrior:  newMixture(a, p, c, c.Prior),
		ranks:      newMixture(a, l, even, 1),
		ranksPrior: newMixture(a, p, even, 1),
		table:      lexical.NewTable(opt.Vocabulary),
	}
	if opt.Quantum.Weights == IDF {
		s.weight = s.tokenWeight
	}
	return s, nil
}

// tokenWeight is the weight of a token state under IDF. The floor keeps
// function words and punctuation in the state: their vectors carry context,
// and a text of nothing else still has one.
func (s *Scorer) tokenWeight(id int32) float64 { return 0.3 + s.table.IDF(id) }

// Score is the result for one document.
type Score struct {
	// Value is the score of the method that was asked for, in [0,1].
	Value float64
	// Classical, Quantum and Lexical are the parts that were computed.
	Classical, Quantum, Lexical float64
	// HasClassical, HasQuantum and HasLexical say which parts were.
	HasClassical, HasQuantum, HasLexical bool
	// Degenerate says that the query or the document has no state; Value is 0.
	Degenerate bool
	// ShotSD is the standard deviation of Quantum that a finite number of
	// shots causes; 0 when exact.
	ShotSD float64
}

// Score scores d against q by method m. prior is the caller's own first-stage
// score in [0,1] (see ScalePriors) and takes the place of the lexical term in Hybrid; nil means
// none. An unknown method scores like Hybrid.
func (s *Scorer) Score(m Name, q *Query, d *Document, prior *float64) Score {
	switch m {
	case Classical:
		return s.classical(q, d)
	case Quantum:
		return s.quantumScore(q, d)
	}
	return s.hybrid(q, d, prior)
}

// classical returns (1 + cos)/2.
func (s *Scorer) classical(q *Query, d *Document) Score {
	if q.pooled == nil || d.pooled == nil || len(q.pooled) != len(d.pooled) {
		return Score{Degenerate: true, HasClassical: true}
	}
	c := unit((1 + linalg.Dot(q.pooled, d.pooled)) / 2)
	return Score{Value: c, Classical: c, HasClassical: true}
}

// unit clips x to [0,1]; NaN becomes 0.
func unit(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return min(x, 1)
}
