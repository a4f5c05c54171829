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
	names := kernel.Names()
	if want := 2 * (len(names) - 1); len(got) != want { // plain Go has no peak
		t.Fatalf("%d measurements, want %d: two precisions of %v without generic", len(got), want, names)
	}
	for _, m := range got {
		// Not a promise of speed: nothing computes a million times faster or
		// slower than every processor of the last ten years.
		if !(m.Peak > 1e6 && m.Peak < 1e15) || !(m.Reached > 1e6 && m.Reached < 1e15) || !(m.Share() > 0) {
			t.Errorf("%s in %s: peak %g, reached %g", m.Kernel, m.Precision, m.Peak, m.Reached)
		}
	}
}
