// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method/shots"
)

// text makes the features of a random text whose token states share a
// direction, as an encoder's do.
func text(rng *rand.Rand, rows, dim int) Features {
	f := Features{Rows: rows, Dim: dim, Pooled: make([]float32, dim), Tokens: make([]float32, rows*dim)}
	for i := range rows {
		f.IDs = append(f.IDs, int32(1996+rng.IntN(2000)))
		for j := range dim {
			x := float32(rng.NormFloat64())
			if j == 0 {
				x += float32(math.Sqrt(float64(dim))) * 0.7
			}
			f.Tokens[i*dim+j] = x
			f.Pooled[j] += x
		}
	}
	return f
}

// configurations are all the ways to configure the quantum score.
func configurations() map[string]QuantumOptions {
	return map[string]QuantumOptions{
		"mixed":                 {},
		"mixed of rank 1":       {Rank: 1},
		"mixed, uniform":        {Weights: Uniform},
		"pure":                  {State: Pure},
		"angle":                 {State: Pure, Encoding: Angle},
		"dense angle":           {State: Pure, Encoding: DenseAngle},
		"overlap":               {State: Overlap},
		"fidelity":              {State: Fidelity},
		"mixed by shots":        {Shots: 100, Seed: 1},
		"pure by swap test":     {State: Pure, Shots: 100, Estimator: shots.Swap},
		"overlap by swap test":  {State: Overlap, Shots: 100, Estimator: shots.Swap},
		"fidelity, noisy shots": {State: Fidelity, Shots: 10, Depolarising: 0.2},
		"pure depolarised":      {State: Pure, Depolarising: 1},
	}
}

func newScorer(t testing.TB, o Options) *Scorer {
	t.Helper()
	s, err := NewScorer(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func inRange(x float64) bool { return x >= 0 && x <= 1 }

func TestScoresAreProbabilities(t *testing.T) {
	for name, opt := range configurations() {
		t.Run(name, func(t *testing.T) {
			s := newScorer(t, Options{Quantum: opt})
			rng := rand.New(rand.NewPCG(7, 7))
			for range 50 {
				q := s.PrepareQuery(text(rng, 1+rng.IntN(20), 48))
				d := s.PrepareDocument(text(rng, 1+rng.IntN(80), 48))
				for _, m := range Names() {
					r := s.Score(m, q, d, nil)
					if !inRange(r.Value) || r.Degenerate {
						t.Fatalf("%s: %+v", m, r)
					}
					if again := s.Score(m, q, d, nil); again != r {
						t.Fatalf("%s: %+v, then %+v", m, r, again)
					}
					if (r.ShotSD > 0) != (opt.Shots > 0 && m != Classical) {
						t.Fatalf("%s: shot sd %v with %d shots", m, r.ShotSD, opt.Shots)
					}
				}
			}
		})
	}
}

func TestTextsWithoutAStateScoreZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	spoil := func(x float32) Features {
		f := text(rng, 4, 16)
		f.Tokens[17], f.Pooled[3] = x, x
		return f
	}
	zero := Features{Rows: 2, Dim: 16, Pooled: make([]float32, 16), Tokens: make([]float32, 32), IDs: []int32{1, 2}}
	bad := map[string]Features{
		"nothing":           {},
		"no tokens":         {Dim: 16},
		"zero vectors":      zero,
		"a NaN":             spoil(nan),
		"an infinity":       spoil(inf),
		"a huge number":     spoil(math.MaxFloat32),
		"wrong dimension":   text(rng, 4, 8),
		"missing elements":  {Dim: 16, Rows: 3, Pooled: make([]float32, 5), Tokens: make([]float32, 7)},
		"negative sizes":    {Dim: -1, Rows: -4},
		"a row of nothing":  {Dim: 0, Rows: 4},
		"ids without a row": {Dim: 16, IDs: []int32{-5, 1 << 30}},
	}
	for config, opt := range configurations() {
		s := newScorer(t, Options{Quantum: opt})
		good := text(rng, 5, 16)
		for name, f := range bad {
			for _, m := range Names() {
				for side, r := range map[string]Score{
					"query":    s.Score(m, s.PrepareQuery(f), s.PrepareDocument(good), nil),
					"document": s.Score(m, s.PrepareQuery(good), s.PrepareDocument(f), nil),
				} {
					if name == "a huge number" { // finite, so it has a direction
						if r.Degenerate || !inRange(r.Value) {
							t.Errorf("%s, %s as %s, %s: %+v", config, name, side, m, r)
						}
						continue
					}
					if !r.Degenerate || r.Value != 0 {
						t.Errorf("%s, %s as %s, %s: %+v, want 0 and degenerate", config, name, side, m, r)
					}
				}
			}
		}
	}
}

func TestOptionsAreRefusedByFieldLimitAndValue(t *testing.T) {
	minus, two, nan := -0.1, 2.0, math.NaN()
	for want, opt := range map[string]Options{
		`quantum.state is "foggy", want one of`:                  {Quantum: QuantumOptions{State: "foggy"}},
		`quantum.rank is 65, want 1 to 64`:                       {Quantum: QuantumOptions{Rank: 65}},
		`quantum.rank is -1, want 1 to 64`:                       {Quantum: QuantumOptions{Rank: -1}},
		`quantum.weights is "heavy", want one of`:                {Quantum: QuantumOptions{Weights: "heavy"}},
		`quantum.shots is -1, want 0 to`:                         {Quantum: QuantumOptions{Shots: -1}},
		`quantum.estimator is "guess", want one of`:              {Quantum: QuantumOptions{Estimator: "guess"}},
		`quantum.depolarising is 2, want 0 to 1`:                 {Quantum: QuantumOptions{Depolarising: 2}},
		`quantum.bandwidth is NaN, want 0.01 to 16`:              {Quantum: QuantumOptions{Bandwidth: nan}},
		`quantum.encoding is "angle", which needs quantum.state`: {Quantum: QuantumOptions{Encoding: Angle}},
		`hybrid.quantumWeight is -0.1, want 0 to 1`:              {Hybrid: HybridOptions{QuantumWeight: &minus}},
		`hybrid.lexicalWeight is 2, want 0 to 1`:                 {Hybrid: HybridOptions{LexicalWeight: &two}},
	} {
		if _, err := NewScorer(opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want it to contain %q", err, want)
		}
	}
	if _, err := ParseName("magic"); err == nil || !strings.Contains(err.Error(), `method is "magic"`) {
		t.Errorf("ParseName: %v", err)
	}
	for _, want := range Names() {
		if got, err := ParseName(string(want)); err != nil || got != want {
			t.Errorf("ParseName(%q) = %q, %v", want, got, err)
		}
	}
}

func TestWholeWeightsReproduceThePureMethods(t *testing.T) {
	zero, one := 0.0, 1.0
	rng := rand.New(rand.NewPCG(5, 5))
	for name, opt := range configurations() {
		t.Run(name, func(t *testing.T) {
			toQuantum := newScorer(t, Options{Quantum: opt, Hybrid: HybridOptions{QuantumWeight: &one}})
			toClassical := newScorer(t, Options{Quantum: opt, Hybrid: HybridOptions{QuantumWeight: &zero, LexicalWeight: &zero}})
			for range 20 {
				fq, fd := text(rng, 5, 32), text(rng, 30, 32)
				for m, s := range map[Name]*Scorer{Quantum: toQuantum, Classical: toClassical} {
					q, d := s.PrepareQuery(fq), s.PrepareDocument(fd)
					want, got := s.Score(m, q, d, nil).Value, s.Score(Hybrid, q, d, nil).Value
					if math.Float64bits(want) != math.Float64bits(got) {
						t.Errorf("hybrid with all weight on %s gives %v, %s itself %v", m, got, m, want)
					}
				}
			}
		})
	}
}
