// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Precision says in which numbers the encoder multiplies.
type Precision = encoder.Precision

// The precisions. Auto is the fastest on this CPU whose error against float32
// is within its bound.
const (
	Auto     Precision = "auto"
	Float32            = encoder.Float32
	BFloat16           = encoder.BFloat16
	Int16              = encoder.Int16
	Int8               = encoder.Int8
)

// errorBound is how far a score may be from the one in float32: the cosine of
// two texts, or the probability that a cross-encoder gives a pair.
var errorBound = map[Precision]float64{Int16: 0.001, BFloat16: 0.005, Int8: 0.01}

// choice is a precision with the reason for it.
type choice struct {
	encoder   *encoder.Encoder
	precision Precision
	reason    string
}

// known returns what was asked for, Auto where that is nothing, and an error
// where it is no precision.
func known(asked Precision) (Precision, error) {
	switch asked {
	case "":
		return Auto, nil
	case Auto, Float32, BFloat16, Int16, Int8:
		return asked, nil
	}
	return "", fmt.Errorf("precision is %q, want %s, %s, %s, %s or %s", asked, Auto, Float32, BFloat16, Int16, Int8)
}

// choose makes the encoder in the precision asked for. For Auto it computes a
// few probe texts in float32 and in the fast precisions of the kernels, and
// takes the fastest whose scores are within their bound. How fast they are is a
// rule and no measurement, so that equal pods choose alike. Int8 is left out, since
// the corrections of its bytes take many seconds.
func choose(m *model.Model, kernels *kernel.Set, asked Precision) (choice, error) {
	if asked != Auto {
		enc, err := newEncoder(m, kernels, asked)
		return choice{enc, asked, "as asked"}, err
	}
	p, coarse := probe{model: m, kernels: kernels}, ""
	for _, precision := range kernels.Fast {
		if precision == Int8 {
			coarse += "int8 needs prepared weights; "
			continue
		}
		enc, measured, err := p.try(precision)
		if err != nil {
			return choice{}, err
		}
		if measured.within() {
			return choice{enc, precision, fmt.Sprintf("%s%s is the fastest on %s; %v", coarse, precision, kernels.Name, measured)}, nil
		}
		coarse += fmt.Sprintf("%v: %v; ", tooCoarse(precision), measured)
	}
	enc, err := encoder.New(m, kernels, Float32, nil)
	return choice{enc, Float32, fmt.Sprintf("%sfloat32 is the fastest on %s", coarse, kernels.Name)}, err
}

// newEncoder makes an encoder of original weights.
func newEncoder(m *model.Model, kernels *kernel.Set, precision Precision) (*encoder.Encoder, error) {
	var corrections encoder.Corrections
	if precision == Int8 {
		var err error
		if corrections, err = correct(context.Background(), m, func(int, int) {}); err != nil {
			return nil, err
		}
	}
	return encoder.New(m, kernels, precision, corrections)
}

// deviation is the largest error of a score in a precision.
type deviation struct {
	precision Precision
	largest   float64
}

func (d deviation) within() bool { return d.largest <= errorBound[d.precision] }

func (d deviation) String() string {
	return fmt.Sprintf("largest error of a score %.2g, bound %g", d.largest, errorBound[d.precision])
}

// probe measures precisions against float32.
type probe struct {
	model       *model.Model
	kernels     *kernel.Set
	corrections encoder.Corrections // of Int8
	exact       []float64           // the scores in float32, once they are known
}

// try makes the encoder in a precision and measures it. The weights in float32
// pass through memory one layer at a time.
func (p *probe) try(precision Precision) (*encoder.Encoder, deviation, error) {
	fast, err := encoder.New(p.model, p.kernels, precision, p.corrections)
	if err != nil {
		return nil, deviation{}, err
	}
	if p.exact == nil {
		exact, err := encoder.NewPassing(p.model, p.kernels)
		if err != nil {
			return nil, deviation{}, err
		}
		if p.exact, err = probeScores(p.model, exact); err != nil {
			return nil, deviation{}, err
		}
	}
	scores, err := probeScores(p.model, fast)
	return fast, deviation{precision, furthest(p.exact, scores)}, err
}

// probes are texts of different kinds, for measuring errors.
var probes = []string{
	"How do I reset the password of my account?",
	"Open the settings, choose security, and follow the link to set a new password.",
	"The quarterly report shows revenue of 4.2 million, 12 % above last year's figure.",
	"func Reverse(s []int) { for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 { s[i], s[j] = s[j], s[i] } }",
	"Photosynthesis converts light into chemical energy in the chloroplasts of plants.",
	"Die Brücke wurde 1893 gebaut und nach dem Krieg erneuert; l'été, le café était fermé.",
	"yes",
	"Patients with type 2 diabetes were given either metformin or a placebo for 24 weeks, and their HbA1c was measured at the start and at the end.",
}

// probeTokens bounds the work of a probe.
const probeTokens = 48

// furthest is the largest difference between the scores of a pair of probes.
func furthest(x, y []float64) float64 {
	worst := 0.0
	for i := range min(len(x), len(y)) {
		d := math.Abs(x[i] - y[i])
		if math.IsNaN(d) {
			d = math.Inf(1) // a broken model is not within any bound
		}
		worst = max(worst, d)
	}
	return worst
}

// probeScores returns the scores of all pairs of probes.
func probeScores(m *model.Model, e *encoder.Encoder) ([]float64, error) {
	if m.Config.NumLabels > 0 {
		return probePairs(m, e)
	}
	batch, vectors := &encoder.Batch{}, make([][]float32, len(probes))
	for _, text := range probes {
		ids, _ := m.Tokenizer.Encode(nil, text, min(probeTokens, m.Config.MaxPositions))
		batch.Add(ids, len(ids))
	}
	arena := e.NewArena(len(batch.IDs))
	if err := e.Forward(arena, batch, encoder.AllTokens); err != nil {
		return nil, err
	}
	var scores []float64
	for i := range probes {
		vectors[i] = make([]float32, e.Dim())
		arena.Pool(vectors[i], batch, i)
		for _, v := range vectors[:i] {
			scores = append(scores, dot(v, vectors[i]))
		}
	}
	return scores, nil
}

func probePairs(m *model.Model, e *encoder.Encoder) ([]float64, error) {
	batch := &encoder.Batch{}
	for _, text := range probes {
		ids, first, _ := m.Tokenizer.EncodePair(nil, probes[0], text, min(probeTokens, m.Config.MaxPositions))
		batch.Add(ids, first)
	}
	arena := e.NewArena(len(batch.IDs))
	if err := e.Forward(arena, batch, encoder.FirstTokens); err != nil {
		return nil, err
	}
	var scores []float64
	for i := range probes {
		scores = append(scores, 1/(1+math.Exp(-arena.Logit(batch, i))))
	}
	return scores, nil
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		sum += float64(v) * float64(b[i])
	}
	return sum
}
