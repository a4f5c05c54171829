// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package calibrate

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
)

func TestPriorsAreMeasuredWhereThereAreSome(t *testing.T) {
	s, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := pools(s, 3)
	all, err := Spread(s, p)
	if err != nil {
		t.Fatal(err)
	}
	if want := measure.SD(p[0].Priors); math.Abs(all.Prior-want) > 1e-12 {
		t.Errorf("the spread of priors is %v, want %v: they are alike in every pool", all.Prior, want)
	}
	p[1].Priors = nil
	some, err := Spread(s, p)
	if err != nil || Round(some) != Round(all) {
		t.Errorf("a pool without priors changed %+v to %+v, %v", all, some, err)
	}
	p[0].Priors, p[2].Priors = nil, nil
	none, err := Spread(s, p)
	generic, _ := method.CalibrationFor("", method.Mixed)
	if err != nil || none.Prior != generic.Prior || none.Classical != all.Classical {
		t.Errorf("without any: %+v, %v; want the prior of %+v", none, err, generic)
	}
	p[0].Documents = p[0].Documents[:1]
	if two, err := Spread(s, p); err != nil || two == none {
		t.Errorf("a pool of one document still counts: %+v, %v", two, err)
	}
	p[1].Documents = p[1].Documents[:2]
	if _, err := Spread(s, p[1:2]); err != nil {
		t.Errorf("two documents can be compared: %v", err)
	}
}

func TestAJudgementCarriesItsMethodsName(t *testing.T) {
	s, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := pools(s, 1)
	if got := Judge(s, method.Quantum, p, false).Name; got != "quantum" {
		t.Errorf("name %q", got)
	}
	with, without := Scores(s, method.Hybrid, p[0], true), Scores(s, method.Hybrid, p[0], false)
	if cmp.Equal(with, without) {
		t.Error("priors change nothing")
	}
}

func TestTheMeanIsOfEveryPart(t *testing.T) {
	got := Mean([]method.Calibration{{Classical: 0.1, Quantum: 0.2, Lexical: 0.3, Prior: 0.4}, {Classical: 0.3, Quantum: 0.4, Lexical: 0.5, Prior: 0.6}})
	want := method.Calibration{Classical: 0.2, Quantum: 0.3, Lexical: 0.4, Prior: 0.5}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("mean (-want +got):\n%s", diff)
	}
	if got := Round(method.Calibration{Classical: 0.12345, Quantum: 0.12351, Lexical: 0.0001, Prior: 1}); got != (method.Calibration{Classical: 0.123, Quantum: 0.124, Lexical: 0.001, Prior: 1}) {
		t.Errorf("rounded to %+v", got)
	}
}
