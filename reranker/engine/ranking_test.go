// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"math"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// The promises of the fast precisions on real texts: how far a cosine of two
// texts may be from the one in float32, and how alike rankings must be.
func TestFastPrecisionsRankLikeFloat32(t *testing.T) {
	g := readGolden(t)
	for _, want := range []struct {
		precision Precision
		tau       float64
	}{{Int16, 0.998}, {BFloat16, 0.997}, {Int8, 0.99}} {
		t.Run(string(want.precision), func(t *testing.T) {
			if want.precision == BFloat16 && !slices.Contains(kernel.Available()[0].Fast, BFloat16) {
				t.Skip("bfloat16 is plain Go here, and takes minutes")
			}
			// The best kernel stands for all whose products beside bytes are in the
			// same format: their products in 8 and 16 bits are equal to the last bit.
			e := open(t, Options{Precision: want.precision})
			got, err := e.Encode(t.Context(), g.list(), KindDocument)
			if err != nil {
				t.Fatal(err)
			}
			worst, mean, tau := g.errors(got)
			t.Logf("error of a cosine: largest %.2g, mean %.2g; mean Kendall tau %.5f", worst, mean, tau)
			if bound := errorBound[want.precision]; !(worst <= bound) {
				t.Errorf("largest error of a cosine %g, want at most %g", worst, bound)
			}
			if !(tau >= want.tau) {
				t.Errorf("mean Kendall tau %g, want at least %g", tau, want.tau)
			}
		})
	}
}

// errors compares the cosines of all pairs of texts with those of the reference:
// the largest and the mean error, and the mean rank correlation.
func (g *golden) errors(got []Encoding) (worst, mean, tau float64) {
	total, pairs := 0.0, 0.0
	for i := range got {
		var exact, approximate []float64
		for j := range got {
			if i == j {
				continue
			}
			x, y := dot(g.pooled[i], g.pooled[j]), dot(got[i].Pooled, got[j].Pooled)
			exact, approximate = append(exact, x), append(approximate, y)
			worst = max(worst, math.Abs(x-y))
			total += math.Abs(x - y)
			pairs++
		}
		tau += kendall(exact, approximate) / float64(len(got))
	}
	return worst, total / pairs, tau
}

// kendall is the rank correlation of two lists of scores: the share of pairs
// in the same order less the share of pairs in opposite order.
func kendall(a, b []float64) float64 {
	same, pairs := 0.0, 0.0
	for i := range a {
		for j := range i {
			switch d := (a[i] - a[j]) * (b[i] - b[j]); {
			case d > 0:
				same++
			case d < 0:
				same--
			}
			pairs++
		}
	}
	return same / pairs
}
