// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method/shots"
)

func TestSettingsBecomeOptions(t *testing.T) {
	var s contract.Settings
	s.Quantum.State, s.Quantum.Rank, s.Quantum.Weights, s.Quantum.Encoding = "pure", 5, "uniform", "angle"
	s.Quantum.Shots, s.Quantum.Estimator, s.Quantum.Seed, s.Quantum.DepolarisingPercent = 100, "swap", 9, 25
	s.Quantum.WeightPercent, s.Hybrid.LexicalWeightPercent = new(40), new(0)
	s.Hybrid.Fusion = "rrf"
	want := Options{
		Quantum: QuantumOptions{
			State: Pure, Rank: 5, Weights: Uniform, Encoding: Angle, Shots: 100, Estimator: shots.Swap, Seed: 9, Depolarising: 0.25,
		},
		Hybrid: HybridOptions{QuantumWeight: new(0.4), LexicalWeight: new(0.0), Fusion: "rrf"},
	}
	if diff := cmp.Diff(want, FromSettings(s)); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	s.Hybrid.PriorWeightPercent = new(75)
	if got := FromSettings(s).Hybrid.PriorWeight; got == nil || *got != 0.75 {
		t.Errorf("the weight of a prior is %v, want 0.75", got)
	}
}

func TestBoundsOfOptionsAreInclusive(t *testing.T) {
	for _, opt := range []Options{
		{Quantum: QuantumOptions{Rank: MaxRank, Shots: MaxShots, Depolarising: 1, Bandwidth: 16}},
		{Quantum: QuantumOptions{Rank: 1, Bandwidth: 0.01}},
		{Hybrid: HybridOptions{QuantumWeight: new(1.0), LexicalWeight: new(1.0), PriorWeight: new(1.0)}},
		{Calibration: &Calibration{Classical: minSpread, Quantum: 1, Lexical: 1, Prior: 1}},
	} {
		if _, err := NewScorer(opt); err != nil {
			t.Errorf("%+v: %v", opt, err)
		}
	}
	part := func(change func(*Calibration)) *Calibration {
		c := Calibration{Classical: 0.1, Quantum: 0.1, Lexical: 0.1, Prior: 0.1}
		change(&c)
		return &c
	}
	for want, opt := range map[string]Options{
		`quantum.rank is 65, want 1 to 64`:                                           {Quantum: QuantumOptions{Rank: MaxRank + 1}},
		`quantum.shots is 1048577, want 0 to 1048576`:                                {Quantum: QuantumOptions{Shots: MaxShots + 1}},
		`quantum.bandwidth is 16.5, want 0.01 to 16`:                                 {Quantum: QuantumOptions{Bandwidth: 16.5}},
		`quantum.depolarising is 1.1, want 0 to 1`:                                   {Quantum: QuantumOptions{Depolarising: 1.1}},
		`quantum.encoding is "round", want one of`:                                   {Quantum: QuantumOptions{State: Pure, Encoding: "round"}},
		`quantum.encoding is "angle", which needs quantum.state "pure", not "mixed"`: {Quantum: QuantumOptions{Encoding: Angle}},
		`hybrid.fusion is "hot", want one of`:                                        {Hybrid: HybridOptions{Fusion: "hot"}},
		`hybrid.quantumWeight is 1.1, want 0 to 1`:                                   {Hybrid: HybridOptions{QuantumWeight: new(1.1)}},
		`hybrid.lexicalWeight is -0.5, want 0 to 1`:                                  {Hybrid: HybridOptions{LexicalWeight: new(-0.5)}},
		`hybrid.priorWeight is 1.5, want 0 to 1`:                                     {Hybrid: HybridOptions{PriorWeight: new(1.5)}},
		`calibration.classical is 0, want 0.001 to 1`:                                {Calibration: part(func(c *Calibration) { c.Classical = 0 })},
		`calibration.quantum is 2, want 0.001 to 1`:                                  {Calibration: part(func(c *Calibration) { c.Quantum = 2 })},
		`calibration.lexical is -1, want 0.001 to 1`:                                 {Calibration: part(func(c *Calibration) { c.Lexical = -1 })},
		`calibration.prior is 0.0009, want 0.001 to 1`:                               {Calibration: part(func(c *Calibration) { c.Prior = 0.0009 })},
	} {
		if _, err := NewScorer(opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want it to contain %q", err, want)
		}
	}
}

func TestTheShippedModelIsMeasuredAndOthersBorrowItsSpreads(t *testing.T) {
	const digest = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
	for _, s := range []State{Mixed, Pure, Overlap, Fidelity} {
		c, measured := CalibrationFor(digest, s)
		other, borrowed := CalibrationFor("sha256:0", s)
		if !measured || borrowed || c != other || c.Validate() != nil {
			t.Errorf("%s: %v (measured %t), others %v (measured %t)", s, c, measured, other, borrowed)
		}
	}
	if _, measured := CalibrationFor(digest, "foggy"); measured {
		t.Error("a state that does not exist was measured")
	}
}

func TestACalibrationOfOnesOwnWins(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	fq, fd := text(rng, 6, 32), text(rng, 30, 32)
	value := func(c *Calibration) float64 {
		s := newScorer(t, Options{Calibration: c})
		return s.Score(Hybrid, s.PrepareQuery(fq), s.PrepareDocument(fd), nil).Value
	}
	if value(nil) == value(&Calibration{Classical: 0.9, Quantum: 0.01, Lexical: 0.5, Prior: 0.5}) {
		t.Error("another calibration changes nothing")
	}
}

func TestRareTokensWeighMoreUnlessWeightsAreUniform(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	fq, fd := text(rng, 6, 32), text(rng, 30, 32)
	for i := range fd.IDs {
		fd.IDs[i] = int32(4 + i%2*20_000) // a word that is common, and one that is rare
	}
	vocabulary := make([]string, 30_000)
	for i := range vocabulary {
		vocabulary[i] = "word"
	}
	value := func(w Weighting, ids bool) float64 {
		s := newScorer(t, Options{Vocabulary: vocabulary, Quantum: QuantumOptions{Weights: w, State: Overlap}})
		q, d := fq, fd
		if !ids {
			q.IDs, d.IDs = q.IDs[:1], d.IDs[:1]
		}
		return s.Score(Quantum, s.PrepareQuery(q), s.PrepareDocument(d), nil).Value
	}
	if value(IDF, true) == value(Uniform, true) {
		t.Error("the weights of tokens change nothing")
	}
	if value(IDF, false) != value(Uniform, true) {
		t.Error("tokens whose ids are missing are weighed all the same")
	}
}

func TestAScoreTellsItsParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	s := newScorer(t, Options{})
	q, d := s.PrepareQuery(text(rng, 6, 32)), s.PrepareDocument(text(rng, 30, 32))
	none := s.PrepareDocument(Features{Dim: 32})
	for _, tc := range []struct {
		name                        Name
		classical, quantum, lexical bool
	}{{Classical, true, false, false}, {Quantum, false, true, false}, {Hybrid, true, true, true}} {
		for of, doc := range map[string]*Document{"a text": d, "nothing": none} {
			got := s.Score(tc.name, q, doc, nil)
			if got.HasClassical != tc.classical || got.HasQuantum != tc.quantum || got.HasLexical != tc.lexical || got.Degenerate != (doc == none) {
				t.Errorf("%s of %s: %+v", tc.name, of, got)
			}
			if doc == none && got.Value != 0 {
				t.Errorf("%s of nothing: %v", tc.name, got.Value)
			}
		}
	}
}

func TestFingerprintsDifferByTokensElseByPooledVector(t *testing.T) {
	seen := map[uint64]int{}
	for i, f := range []Features{
		{IDs: []int32{1, 2}}, {IDs: []int32{2, 1}}, {IDs: []int32{1}}, {Pooled: []float32{1}}, {Pooled: []float32{2}}, {},
	} {
		if other, taken := seen[f.fingerprint()]; taken {
			t.Errorf("texts %d and %d draw the same shots", other, i)
		}
		seen[f.fingerprint()] = i
	}
	if (Features{IDs: []int32{1}, Pooled: []float32{1}}).fingerprint() != (Features{IDs: []int32{1}}).fingerprint() {
		t.Error("a rounding of the pooled vector would draw other shots")
	}
}

func TestEveryMethodIsListed(t *testing.T) {
	if diff := cmp.Diff([]Name{"classical", "quantum", "hybrid"}, Names()); diff != "" {
		t.Errorf("Names (-want +got):\n%s", diff)
	}
}
