// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math"
	"testing"
)

func TestFromLogit(t *testing.T) {
	for logit, want := range map[float64]float64{
		0: 0.5, math.Log(3): 0.75, -math.Log(3): 0.25, math.Inf(1): 1, math.Inf(-1): 0, 1e9: 1, -1e9: 0,
	} {
		got := FromLogit(logit)
		if math.Abs(got.Value-want) > 1e-15 || got.Classical != got.Value || !got.HasClassical || got.Degenerate {
			t.Errorf("FromLogit(%v) = %+v, want %v", logit, got, want)
		}
	}
	if got := FromLogit(math.NaN()); !got.Degenerate || got.Value != 0 {
		t.Errorf("FromLogit(NaN) = %+v", got)
	}
}
