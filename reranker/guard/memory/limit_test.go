// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"math"
	"runtime/debug"
	"testing"
)

func TestWhatTheEnvironmentSaysOfTheCollectorIsLeftAlone(t *testing.T) {
	const limit, before = 1 << 30, 77
	for _, c := range []struct {
		percent, most string // GOGC and GOMEMLIMIT
		wantPercent   int
		wantLimit     int64
	}{
		{"", "", heapGrowth, limit / 100 * 85},
		{"200", "", before, limit / 100 * 85},
		{"", "9GiB", heapGrowth, math.MaxInt64},
	} {
		t.Setenv("GOGC", c.percent)
		t.Setenv("GOMEMLIMIT", c.most)
		oldPercent, oldLimit := debug.SetGCPercent(before), debug.SetMemoryLimit(math.MaxInt64)
		CollectOften()
		if got := LimitHeap(limit); got != c.wantLimit {
			t.Errorf("GOGC=%q GOMEMLIMIT=%q: the limit is %d, want %d", c.percent, c.most, got, c.wantLimit)
		}
		if got := debug.SetGCPercent(oldPercent); got != c.wantPercent {
			t.Errorf("GOGC=%q GOMEMLIMIT=%q: the heap may grow by %d %%, want %d", c.percent, c.most, got, c.wantPercent)
		}
		debug.SetMemoryLimit(oldLimit)
	}
}
