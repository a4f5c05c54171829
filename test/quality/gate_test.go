// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

// What the methods must reach on every collection, in nDCG@10.
const (
	minSpread         = 0.03  // of quantum scores within a pool: no saturation
	maxQuantumLoss    = 0.015 // against classical
	minHybridGain     = 0.010 // against classical, neighbour-free
	minPriorGain      = 0.018 // against classical, with the first stage's scores
	minGainOverBM25   = 0.080 // of the same
	maxReferenceError = 0.003 // classical against sentence-transformers
	maxSpreadError    = 0.002 // shipped calibration against the measured one
)

// TestTheMethodsKeepTheirQuality is the gate against a score that looks fine
// and ranks nothing, and against a precision that costs quality. It runs the
// default model over some 3,500 documents in every fast precision, half a minute
// each on two cores.
func TestTheMethodsKeepTheirQuality(t *testing.T) {
	if testing.Short() {
		t.Skip("encodes thousands of documents; run without -short")
	}
	root := modeltest.Root(t)
	data, err := dataset.Root(root)
	if errors.Is(err, dataset.ErrAbsent) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	ref, err := readReference(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, precision := range gated() {
		t.Run(string(precision), func(t *testing.T) {
			e, err := engine.Open(modeltest.Dir(t), engine.Options{Precision: precision})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			var spreads []method.Calibration
			for _, name := range dataset.Names() {
				t.Run(name, func(t *testing.T) { spreads = append(spreads, gate(t, e, data, name, ref.NDCG10[name])) })
			}
			checkCalibration(t, e.Info().Digest, spreads)
		})
	}
}

// gated are the integers and what else is fast on this machine. In integers every
// machine has the same numbers, but for what int8 has beside bytes.
func gated() []engine.Precision {
	all := []engine.Precision{engine.Int16, engine.Int8}
	for _, fast := range kernel.Available()[0].Fast {
		if !slices.Contains(all, fast) {
			all = append(all, fast)
		}
	}
	return all
}

func checkCalibration(t *testing.T, digest string, spreads []method.Calibration) {
	t.Helper()
	got, _ := method.CalibrationFor(digest, contract.DefaultQuantumState)
	if want := calibrate.Mean(spreads); !near(got.Classical, want.Classical) || !near(got.Quantum, want.Quantum) ||
		!near(got.Lexical, want.Lexical) || !near(got.Prior, want.Prior) {
		t.Errorf("the shipped calibration is %v, measured was %v", got, want)
	}
}

func near(shipped, measured float64) bool { return math.Abs(shipped-measured) <= maxSpreadError }

// gate returns the spreads of the collection.
func gate(t *testing.T, e *engine.Engine, data, name string, reference float64) method.Calibration {
	t.Helper()
	set, err := dataset.Load(data, name)
	if err != nil {
		t.Fatal(err)
	}
	c := collect.Candidates(set, 1)
	if err := c.Encode(t.Context(), e, set); err != nil {
		t.Fatal(err)
	}
	ndcg, spread := map[string]float64{}, map[string]float64{}
	var shared []calibrate.Pool
	for _, y := range systems() {
		switch y.name {
		case nameBM25, nameClassical, nameQuantum, nameHybrid, namePrior:
			r, sd, err := y.judge(c, e.Info().Digest, &shared)
			if err != nil {
				t.Fatal(err)
			}
			ndcg[y.name], spread[y.name] = mean(r.NDCG10), sd
			t.Logf("%-45s %.4f", y.name, ndcg[y.name])
		}
	}
	if len(ndcg) != 5 {
		t.Fatalf("%d systems were judged, want 5", len(ndcg))
	}
	atLeast := func(what string, got, want float64) {
		t.Helper()
		if !(got >= want) {
			t.Errorf("%s: %.4f, want at least %.4f", what, got, want)
		}
	}
	classical := ndcg[nameClassical]
	atLeast("spread of quantum", spread[nameQuantum], minSpread)
	atLeast("quantum", ndcg[nameQuantum], classical-maxQuantumLoss)
	atLeast("hybrid", ndcg[nameHybrid], classical+minHybridGain)
	atLeast("hybrid with priors", ndcg[namePrior], classical+minPriorGain)
	atLeast("hybrid with priors over BM25", ndcg[namePrior], ndcg[nameBM25]+minGainOverBM25)
	if d := math.Abs(classical - reference); !(d <= maxReferenceError) {
		t.Errorf("classical is %.4f from sentence-transformers, want at most %.4f", d, maxReferenceError)
	}
	scorer, err := method.NewScorer(method.Options{ModelDigest: e.Info().Digest})
	if err != nil {
		t.Fatal(err)
	}
	measured, err := calibrate.Spread(scorer, shared)
	if err != nil {
		t.Fatal(err)
	}
	return measured
}
