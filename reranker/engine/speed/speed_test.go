// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package speed

import (
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

func TestEverySetInAssemblyIsMeasured(t *testing.T) {
	got := Kernels(t.Context(), time.Millisecond)
	want := 0
	for _, s := range kernel.Available() {
		for _, peak := range []kernel.Peak{s.PeakF32(), s.PeakBF16(), s.PeakI16(), s.PeakI8()} {
			if peak.Run != nil {
				want++
			}
		}
	}
	if least := 2 * (len(kernel.Names()) - 1); len(got) != want || want < least { // plain Go has no peak
		t.Fatalf("%d measurements, want %d, and at least two precisions of %v without generic", len(got), want, kernel.Names())
	}
	for _, m := range got {
		// Not a promise of speed: nothing computes a million times faster or
		// slower than every processor of the last ten years.
		if !(m.Peak > 1e6 && m.Peak < 1e15) || !(m.Reached > 1e6 && m.Reached < 1e15) || !(m.Share() > 0) {
			t.Errorf("%s in %s: peak %g, reached %g", m.Kernel, m.Precision, m.Peak, m.Reached)
		}
	}
}
