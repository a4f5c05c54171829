// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"testing"
	"time"
)

func TestFitFindsALineAndHowGoodItIs(t *testing.T) {
	at := func(tokens int, took time.Duration) length {
		return length{tokens: tokens, took: []time.Duration{time.Hour, took}}
	}
	exact := fit([]length{at(100, 7*time.Millisecond), at(200, 12*time.Millisecond), at(400, 22*time.Millisecond)})
	if math.Abs(exact.start-2) > 1e-9 || math.Abs(exact.perToken-0.05) > 1e-9 || math.Abs(exact.r2-1) > 1e-9 {
		t.Errorf("a line through three points is %+v, want 2 + 0.05 n and R² 1", exact)
	}
	bent := fit([]length{at(100, 1*time.Millisecond), at(200, 4*time.Millisecond), at(400, 16*time.Millisecond)})
	if bent.r2 > 0.99 {
		t.Errorf("R² of a parabola is %g, want less than 0.99", bent.r2)
	}
}
