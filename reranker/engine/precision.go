// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
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
	Auto    Precision = "auto"
	Float32           = encoder.Float32
	Int16             = encoder.Int16
)

// errorBound is how far a score may be from the one in float32: the cosine of
// two texts, or the probability that a cross-encoder gives a pair.
var errorBound = map[Precision]float64{Int16: 0.001}

// choice is a precision with the reason for it.
type choice struct {
	encoder   *encoder.Encoder
	precision Precision
	reason    string
}

// choose makes the encoder in the precision asked for. For Auto it computes a
// few probe texts in float32 and in the fastest precision of the kernels, and
// compares the scores. What is chosen depends on the model and the kernels
// only, not on a clock, so that equal pods choose alike.
func choose(m *model.Model, kernels *kernel.Set, asked Precision) (choice, error) {
	switch asked {
	case Float32, Int16:
		enc, err := encoder.New(m, kernels, asked)
		return choice{enc, asked, "as asked"}, err
	case Auto, "":
	default:
		return choice{}, fmt.Errorf("precision is %q, want %s, %s or %s", asked, Auto, Float32, Int16)
	}
	if !kernels.PrefersIntegers {
		enc, err := encoder.New(m, kernels, Float32)
		return choice{enc, Float32, fmt.Sprintf("float32 is the fastest on %s", kernels.Name)}, err
	}
	fast, measured, err := packIntegers(m, kernels)
	if err != nil {
		return choice{}, err
	}
	if !measured.within() {
		enc, err := encoder.New(m, kernels, Float32)
		return choice{enc, Float32, fmt.Sprintf("%v: %v", ErrTooCoarse, measured)}, err
	}
	return choice{fast, Int16, fmt.Sprintf("int16 is the fastest on %s; %v", kernels.Name, measured)}, nil
}

// deviation is the largest error of a score in integers.
type deviation float64

func (d deviation) within() bool { return float64(d) <= errorBound[Int16] }

func (d deviation) String() string {
	return fmt.Sprintf("largest error of a score %.2g, bound %g", float64(d), errorBound[Int16])
}

// packIntegers makes the encoder in int16 and measures it against float32, whose
// weights pass through memory one layer at a time.
func packIntegers(m *model.Model, kernels *kernel.Set) (*encoder.Encoder, deviation, error) {
	fast, err := encoder.New(m, kernels, Int16)
	if err != nil {
		return nil, 0, err
	}
	exact, err := encoder.NewPassing(m, kernels)
	if err != nil {
		return nil, 0, err
	}
	worst, err := compare(m, exact, fast)
	return fast, deviation(worst), err
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

// compare returns the largest difference between the scores of two encoders of
// a model over all pairs of probes.
func compare(m *model.Model, a, b *encoder.Encoder) (float64, error) {
	x, err := probeScores(m, a)
	if err != nil {
		return 0, err
	}
	y, err := probeScores(m, b)
	if err != nil {
		return 0, err
	}
	worst := 0.0
	for i := range x {
		d := math.Abs(x[i] - y[i])
		if math.IsNaN(d) {
			d = math.Inf(1) // a broken model is not within any bound
		}
		worst = max(worst, d)
	}
	return worst, nil
}

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
	if err := e.Forward(arena, batch); err != nil {
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
	if err := e.Forward(arena, batch); err != nil {
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
