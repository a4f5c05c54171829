// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"math"
	"testing"
)

// The promise of int16 on real texts: every cosine of two texts within 0.001 of
// the one in float32, and the same ranking but for ties within that.
func TestInt16RanksLikeFloat32(t *testing.T) {
	g := readGolden(t)
	// The best kernel stands for all: their integer products are equal to the
	// last bit.
	e := open(t, Options{Precision: Int16})
	got, err := e.Encode(t.Context(), g.list(), KindDocument)
	if err != nil {
		t.Fatal(err)
	}
	worst, total, pairs, taus := 0.0, 0.0, 0, 0.0
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
		taus += kendall(exact, approximate) / float64(len(got))
	}
	t.Logf("error of a cosine: largest %.2g, mean %.2g over %d pairs; mean Kendall tau %.5f", worst, total/float64(pairs), pairs, taus)
	if !(worst <= 0.001) {
		t.Errorf("largest error of a cosine %g, want at most 0.001", worst)
	}
	if !(taus >= 0.998) {
		t.Errorf("mean Kendall tau %g, want at least 0.998", taus)
	}
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
