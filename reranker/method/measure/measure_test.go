// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestNDCGAndMRR(t *testing.T) {
	yes, no := true, false
	for name, tc := range map[string]struct {
		scores    []float64
		judged    []bool
		relevant  int
		ndcg, mrr float64
	}{
		"perfect":                      {[]float64{3, 2, 1}, []bool{yes, no, no}, 1, 1, 1},
		"second place":                 {[]float64{2, 3, 1}, []bool{yes, no, no}, 1, 1 / math.Log2(3), 0.5},
		"beyond the cut":               {[]float64{1, 3, 2}, []bool{yes, no, no}, 1, 0, 0},
		"relevant ones were not found": {[]float64{3, 2, 1}, []bool{yes, no, no}, 2, 1 / (1 + 1/math.Log2(3)), 1},
		"ties keep their order":        {[]float64{1, 1, 1}, []bool{no, yes, no}, 1, 1 / math.Log2(3), 0.5},
		"nothing is relevant":          {[]float64{1, 2}, []bool{no, no}, 0, 0, 0},
		"no candidates":                {nil, nil, 3, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NDCG(tc.scores, tc.judged, tc.relevant, 2); math.Abs(got-tc.ndcg) > 1e-15 {
				t.Errorf("nDCG@2 = %v, want %v", got, tc.ndcg)
			}
			if got := MRR(tc.scores, tc.judged, 2); got != tc.mrr {
				t.Errorf("MRR@2 = %v, want %v", got, tc.mrr)
			}
		})
	}
}

func TestBootstrapCoversTheNormalInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := make([]float64, 400), make([]float64, 400)
	for i := range a {
		b[i] = rng.Float64()
		a[i] = b[i] + 0.1 + rng.NormFloat64()
	}
	low, high := Bootstrap(a, b, 4000, 1)
	// The standard error is 1/20 and the difference 0.1 plus the sample's own error.
	if width := high - low; width < 0.17 || width > 0.22 {
		t.Errorf("interval %v to %v is %v wide, want about 0.196", low, high, width)
	}
	if low, high := Bootstrap(a, a, 100, 1); low != 0 || high != 0 {
		t.Errorf("a system against itself: %v to %v", low, high)
	}
}
