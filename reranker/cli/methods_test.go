// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

const tinyBiEncoder = "../engine/testdata/tiny-bi-encoder"

// flags are settings as the command line spells them.
type flags map[string]string

// pod assembles what a pod with these settings would run.
func pod(t *testing.T, model string, f flags) (*parts, error) {
	t.Helper()
	given := maps.Clone(f)
	if given == nil {
		given = flags{}
	}
	given["model"] = model
	c, _, err := config.Load(config.Input{Flags: given})
	if err != nil {
		t.Fatal(err)
	}
	c.Settings, c.Process = config.Effective(c.Settings), config.EffectiveProcess(c.Process)
	p, err := assemble(t.Context(), c, slog.New(slog.DiscardHandler), nil, func(string) {})
	if err == nil {
		t.Cleanup(func() {
			if err := p.engine.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return p, err
}

var sampleDocuments = []string{
	"the quick brown fox jumps over the lazy dog", "the quick brown fox jumps over the lazy cat",
	"a very lazy dog that sleeps all day in the sun", "rivers carry water to the sea", "fox",
}

// sample ranks a few texts.
func (p *parts) sample(t *testing.T, m method.Name) []rerank.Result {
	t.Helper()
	req := rerank.Request{
		Query: "does the quick fox jump over a dog", Documents: sampleDocuments, Method: m, Degradation: rerank.Never,
	}
	if m == withPriors {
		req.Method, req.Priors = method.Hybrid, []float64{1, 2, 3, 4, 5}
	}
	got, err := p.ranker.Rerank(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return got.Results
}

// withPriors asks for hybrid with the caller's own scores.
const withPriors method.Name = "with priors"

// TestEverySettingOfTheMethodsIsHeard holds that none is accepted and ignored:
// each changes what a pod answers.
func TestEverySettingOfTheMethodsIsHeard(t *testing.T) {
	tests := map[string]struct {
		method      method.Name
		base, other flags
	}{
		"quantum.state":               {method.Quantum, nil, flags{"quantum-state": "overlap"}},
		"quantum.rank":                {method.Quantum, nil, flags{"quantum-rank": "1"}},
		"quantum.weightPercent":       {method.Hybrid, nil, flags{"quantum-weight": "70"}},
		"quantum.weights":             {method.Quantum, nil, flags{"token-weights": "uniform"}},
		"quantum.encoding":            {method.Quantum, flags{"quantum-state": "pure"}, flags{"quantum-encoding": "angle"}},
		"quantum.shots":               {method.Quantum, nil, flags{"shots": "100"}},
		"quantum.estimator":           {method.Quantum, flags{"shots": "100"}, flags{"shots-estimator": "swap"}},
		"quantum.seed":                {method.Quantum, flags{"shots": "100"}, flags{"shots-seed": "1"}},
		"quantum.depolarisingPercent": {method.Quantum, nil, flags{"depolarising": "10"}},
		"hybrid.fusion":               {method.Hybrid, nil, flags{"fusion": "rrf"}},
		"hybrid.lexicalWeightPercent": {method.Hybrid, nil, flags{"lexical-weight": "90"}},
		"hybrid.priorWeightPercent":   {withPriors, nil, flags{"prior-weight": "90"}},
		"diversify.strengthPercent":   {method.Quantum, nil, flags{"diversify": "100"}},
	}
	for _, f := range config.Fields() {
		section, _, _ := strings.Cut(f.Path, ".")
		if _, tested := tests[f.Path]; !tested && (section == "quantum" || section == "hybrid" || section == "diversify") {
			t.Errorf("%s is not tested", f.Path)
		}
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			other := flags{}
			maps.Copy(other, tc.base)
			maps.Copy(other, tc.other)
			if a, b := answers(t, tc.method, tc.base), answers(t, tc.method, other); a == b {
				t.Errorf("%v changes nothing:\n%s", tc.other, a)
			}
		})
	}
}

func answers(t *testing.T, m method.Name, f flags) string {
	t.Helper()
	p, err := pod(t, tinyBiEncoder, f)
	if err != nil {
		t.Fatal(err)
	}
	return p.print(t, m)
}

// print returns the sample's scores as text.
func (p *parts) print(t *testing.T, m method.Name) string {
	t.Helper()
	var b strings.Builder
	for _, r := range p.sample(t, m) {
		fmt.Fprintln(&b, r.Index, r.Score)
	}
	return b.String()
}

func TestShotsTellHowSureTheyAre(t *testing.T) {
	p, err := pod(t, tinyBiEncoder, flags{"shots": "64"})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []method.Name{method.Quantum, method.Hybrid} {
		for _, r := range p.sample(t, m) {
			if r.ShotSD == nil || !(*r.ShotSD > 0 && *r.ShotSD < 0.1) {
				t.Errorf("%s, document %d: shot sd %v", m, r.Index, r.ShotSD)
			}
			if r.Quantum == nil || *r.Quantum < 0 || *r.Quantum > 1 {
				t.Errorf("%s, document %d: quantum %v", m, r.Index, r.Quantum)
			}
		}
	}
	for _, r := range p.sample(t, method.Classical) {
		if r.ShotSD != nil {
			t.Errorf("classical, document %d: shot sd %v", r.Index, *r.ShotSD)
		}
	}
}

func TestSettingsThatContradictEachOtherAreRefused(t *testing.T) {
	if _, err := pod(t, tinyBiEncoder, flags{"quantum-encoding": "angle"}); err == nil || !strings.Contains(err.Error(), `needs quantum.state "pure"`) {
		t.Errorf("angles of state mixed: %v", err)
	}
}

func TestACrossEncoderIsServedByTheClassicalMethodAlone(t *testing.T) {
	const cross = "../engine/testdata/tiny-cross-encoder"
	for _, f := range []flags{nil, {"method": "quantum"}, {"method": "classical", "diversify": "1"}} {
		if _, err := pod(t, cross, f); err == nil || !strings.Contains(err.Error(), "cross-encoder, which has no vectors") {
			t.Errorf("%v: %v", f, err)
		}
	}
	p, err := pod(t, cross, flags{"method": "classical"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.sample(t, "") {
		if !(r.Score > 0 && r.Score < 1) || r.Quantum != nil {
			t.Errorf("%+v", r)
		}
	}
	if code, stdout, stderr := run(t, "", "similarity", "--model", cross, "a fox", "a dog"); code != exitOK || strings.Contains(stdout, "QUANTUM") {
		t.Errorf("status %d\n%s%s", code, stdout, stderr)
	}
}
