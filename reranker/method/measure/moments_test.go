// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"math"
	"testing"
)

func TestMeanAndDeviation(t *testing.T) {
	x := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	if got := Mean(x); got != 5 {
		t.Errorf("mean %v, want 5", got)
	}
	if got := SD(x); got != 2 {
		t.Errorf("standard deviation %v, want 2", got)
	}
}

func TestNDCGDiscountsByTheLogarithmOfThePlace(t *testing.T) {
	judged := []bool{false, true, true}
	// Places 2 and 3 of what could have been 1, 2 and 3.
	want := (1/math.Log2(3) + 1/math.Log2(4)) / (1 + 1/math.Log2(3) + 1/math.Log2(4))
	if got := NDCG([]float64{3, 2, 1}, judged, 3, 10); math.Abs(got-want) > 1e-12 {
		t.Errorf("NDCG %v, want %v", got, want)
	}
	if got := NDCG([]float64{3, 2, 1}, []bool{false, false, false}, 0, 10); got != 0 {
		t.Errorf("NDCG %v where nothing is relevant", got)
	}
}

func TestBootstrapOfOneValueIsThatValue(t *testing.T) {
	low, high := Bootstrap([]float64{3, 3}, []float64{1, 1}, 1000, 1)
	if low != 2 || high != 2 {
		t.Errorf("from %v to %v, want 2", low, high)
	}
}
