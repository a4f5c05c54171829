// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package calibrate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method"
)

func text(rng *rand.Rand, topic []float32, noise float64) method.Features {
	const rows = 5
	f := method.Features{Rows: rows, Dim: len(topic), Pooled: make([]float32, len(topic)), IDs: []int32{2000, 3000, 4000, 5000, int32(6000 + rng.IntN(9))}}
	for range rows {
		for j, x := range topic {
			v := x + float32(noise*rng.NormFloat64())
			f.Tokens = append(f.Tokens, v)
			f.Pooled[j] += v
		}
	}
	return f
}

// pools makes queries whose relevant document has the same topic.
func pools(s *method.Scorer, n int) []Pool {
	rng := rand.New(rand.NewPCG(1, 8))
	var out []Pool
	for range n {
		topic := make([]float32, 32)
		for j := range topic {
			topic[j] = float32(rng.NormFloat64())
		}
		p := Pool{Query: s.PrepareQuery(text(rng, topic, 0.5)), Relevant: 1}
		for i := range 20 {
			about := topic
			if i != 3 {
				about = make([]float32, 32)
				for j := range about {
					about[j] = 0.3*topic[j] + float32(rng.NormFloat64())
				}
			}
			p.Documents = append(p.Documents, s.PrepareDocument(text(rng, about, 2)))
			p.Judged = append(p.Judged, i == 3)
			p.Priors = append(p.Priors, 1/float64(1+i*i))
		}
		out = append(out, p)
	}
	return out
}

func TestCalibrationFromPools(t *testing.T) {
	s, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := pools(s, 30)
	c, err := Spread(s, p)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := Spread(s, p); again != c {
		t.Errorf("%+v, then %+v", c, again)
	}
	calibrated, err := method.NewScorer(method.Options{Calibration: &c})
	if err != nil {
		t.Fatalf("the measured calibration is refused: %v", err)
	}
	for _, m := range method.Names() {
		r := Judge(calibrated, m, p, false)
		if len(r.NDCG10) != len(p) || len(r.MRR10) != len(p) {
			t.Fatalf("%s: %d and %d results for %d pools", m, len(r.NDCG10), len(r.MRR10), len(p))
		}
		sum := 0.0
		for _, x := range r.NDCG10 {
			sum += x
		}
		if mean := sum / float64(len(p)); mean < 0.6 {
			t.Errorf("%s finds the only document of the topic with nDCG@10 %v", m, mean)
		}
	}
	// The prior ranks document 3 fourth everywhere and must pull it down.
	with, without := Judge(calibrated, method.Hybrid, p, true), Judge(calibrated, method.Hybrid, p, false)
	if with.NDCG10[0] == without.NDCG10[0] && math.Abs(with.MRR10[0]-without.MRR10[0]) == 0 {
		same := true
		for i := range p {
			same = same && with.NDCG10[i] == without.NDCG10[i]
		}
		if same {
			t.Error("the priors changed no ranking")
		}
	}
}

func TestSpreadRefusesWhatItCannotMeasure(t *testing.T) {
	s, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Spread(s, []Pool{{}}); err == nil || !strings.Contains(err.Error(), "no pool has two documents") {
		t.Errorf("empty pools: %v", err)
	}
	p := pools(s, 1)
	p[0].Priors = p[0].Priors[:3]
	if _, err := Spread(s, p); err == nil || !strings.Contains(err.Error(), "pool 0 has 3 priors for 20 documents") {
		t.Errorf("too few priors: %v", err)
	}
}
