// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method/shots"
)

// State names a definition of the quantum score.
type State string

// The states; package state has the formulas.
const (
	Mixed    State = "mixed"
	Pure     State = "pure"
	Overlap  State = "overlap"
	Fidelity State = "fidelity"
)

// Encoding says how the state Pure is made of a vector.
type Encoding string

// The encodings.
const (
	Amplitude  Encoding = "amplitude"
	Angle      Encoding = "angle"
	DenseAngle Encoding = "dense_angle"
)

// Weighting says how much each token state counts in its text.
type Weighting string

// The weightings.
const (
	Uniform Weighting = "uniform"
	// IDF weighs a token by its rarity, as the vocabulary's order tells it.
	IDF Weighting = "idf"
)

// Fusion says how Hybrid joins its parts.
type Fusion string

// The fusions.
const (
	// Convex mixes the scores of a document and looks at no other.
	Convex Fusion = "convex"
	// RRFusion mixes the ranks that the parts give to a list: see Scorer.Fuse.
	RRFusion Fusion = "rrf"
)

// Bounds of the options.
const (
	MaxRank  = contract.MaxQuantumRank
	MaxShots = contract.MaxShots
)

// DefaultRank is the largest rank of a document's projector, chosen by
// measurement: see docs/quality.md.
const DefaultRank = contract.DefaultQuantumRank

// Options configure a Scorer. The zero value of a field means its default.
type Options struct {
	Quantum QuantumOptions
	Hybrid  HybridOptions
	// ModelDigest chooses the calibration that was measured for this model;
	// any other model gets the generic one.
	ModelDigest string
	// Calibration replaces the calibration of the model.
	Calibration *Calibration
	// Vocabulary is the tokenizer's WordPiece vocabulary in the order of its
	// ids, from which the rarity of a word is read; nil means that of uncased
	// English BERT.
	Vocabulary []string
}

// QuantumOptions configure the quantum score.
type QuantumOptions struct {
	// State defaults to Mixed.
	State State
	// Rank is the largest rank of the document's projector, 1 to MaxRank;
	// it defaults to DefaultRank. Only Mixed has one.
	Rank int
	// Weights defaults to IDF.
	Weights Weighting
	// Encoding defaults to Amplitude. The others need State Pure.
	Encoding Encoding
	// Bandwidth scales the angles of the angle encodings; it defaults to 2
	// and is at most 16.
	Bandwidth float64
	// Shots is the number of simulated measurements, at most MaxShots; 0
	// gives the exact value.
	Shots int
	// Estimator says what is measured; it defaults to inversion.
	Estimator shots.Estimator
	// Seed makes other draws; equal seeds repeat them.
	Seed uint64
	// Depolarising is the strength p of global depolarising noise,
	// rho -> (1-p) rho + p I/2^n, in [0,1].
	Depolarising float64
}

// HybridOptions configure the mixture
//
//	a*quantum + (1-a)*( l*lexical + (1-l)*classical )
//
// of calibrated scores: see Calibration.
type HybridOptions struct {
	// QuantumWeight is a in [0,1]; nil means DefaultQuantumWeight.
	QuantumWeight *float64
	// LexicalWeight is l in [0,1] for the lexical term; nil means
	// DefaultLexicalWeight. PriorWeight is l for the caller's prior in its
	// place; nil means DefaultPriorWeight.
	LexicalWeight, PriorWeight *float64
	// Fusion defaults to Convex.
	Fusion Fusion
}

// FromSettings returns the options that follow from a pod's effective
// settings. The model's vocabulary and calibration are for the caller to add.
func FromSettings(s contract.Settings) Options {
	q, h := s.Quantum, s.Hybrid
	return Options{
		Quantum: QuantumOptions{
			State: State(q.State), Rank: q.Rank, Weights: Weighting(q.Weights), Encoding: Encoding(q.Encoding),
			Shots: q.Shots, Estimator: shots.Estimator(q.Estimator), Seed: uint64(q.Seed),
			Depolarising: float64(q.DepolarisingPercent) / 100,
		},
		Hybrid: HybridOptions{
			QuantumWeight: share(q.WeightPercent), LexicalWeight: share(h.LexicalWeightPercent),
			PriorWeight: share(h.PriorWeightPercent), Fusion: Fusion(h.Fusion),
		},
	}
}

func share(percent *int) *float64 {
	if percent == nil {
		return nil
	}
	return new(float64(*percent) / 100)
}

// withDefaults fills the fields that were left at zero.
func (o Options) withDefaults() Options {
	q := &o.Quantum
	setDefault(&q.State, Mixed)
	setDefault(&q.Rank, DefaultRank)
	setDefault(&q.Weights, IDF)
	setDefault(&q.Encoding, Amplitude)
	setDefault(&q.Bandwidth, 2)
	setDefault(&q.Estimator, shots.Inversion)
	setDefault(&o.Hybrid.Fusion, Convex)
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// validate checks options that have their defaults.
func (o Options) validate() error {
	q := o.Quantum
	checks := []error{
		oneOf("quantum.state", q.State, Mixed, Pure, Overlap, Fidelity),
		oneOf("quantum.weights", q.Weights, Uniform, IDF),
		oneOf("quantum.encoding", q.Encoding, Amplitude, Angle, DenseAngle),
		oneOf("quantum.estimator", q.Estimator, shots.Swap, shots.Inversion),
		within("quantum.rank", float64(q.Rank), 1, MaxRank),
		within("quantum.shots", float64(q.Shots), 0, MaxShots),
		within("quantum.bandwidth", q.Bandwidth, 0.01, 16),
		within("quantum.depolarising", q.Depolarising, 0, 1),
	}
	h := o.Hybrid
	checks = append(checks,
		oneOf("hybrid.fusion", h.Fusion, Convex, RRFusion),
		within("hybrid.quantumWeight", valueOr(h.QuantumWeight, 0), 0, 1),
		within("hybrid.lexicalWeight", valueOr(h.LexicalWeight, 0), 0, 1),
		within("hybrid.priorWeight", valueOr(h.PriorWeight, 0), 0, 1),
	)
	if o.Calibration != nil {
		checks = append(checks, o.Calibration.Validate())
	}
	if q.Encoding != Amplitude && q.State != Pure {
		checks = append(checks, fmt.Errorf("quantum.encoding is %q, which needs quantum.state %q, not %q", q.Encoding, Pure, q.State))
	}
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

func oneOf[T ~string](field string, value T, allowed ...T) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s is %q, want one of %q", field, value, allowed)
}

func within(field string, value, low, high float64) error {
	if value >= low && value <= high { // false for NaN
		return nil
	}
	return fmt.Errorf("%s is %s, want %s to %s", field, plain(value), plain(low), plain(high))
}

// plain writes a number as people do: 1048576, not 1.048576e+06.
func plain(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
