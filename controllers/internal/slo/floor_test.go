// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"testing"
	"time"
)

func TestARaisedMinimumIsReported(t *testing.T) {
	e, now := effective(), time.Unix(1e6, 0)
	last := &Report{Observed: observe(window(fast), e, 1<<28, Plan{}, now)}
	e.Autoscaling.MinReplicas = new(int32(6))
	next := &Report{Observed: observe(window(fast), e, 1<<28, Plan{}, now.Add(time.Hour))}
	if !next.supersedes(last) {
		t.Errorf("floor %d after %d is not worth a write", *next.Observed.Floor, *last.Observed.Floor)
	}
}

// Pods beyond a maximum that was lowered never come, so nothing waits for them.
func TestALoweredMaximumBoundsTheFloor(t *testing.T) {
	e := effective()
	e.Autoscaling.MaxReplicas = 4
	p, at := Plan{Floor: 8}, Present{Replicas: 4, Serving: 4, Now: time.Unix(1e6, 0)}
	for range 200 {
		at.Now = at.Now.Add(15 * time.Second)
		p = p.Next(window(stuck), e, at)
	}
	if p.Floor > 4 {
		t.Errorf("floor %d above the maximum of 4", p.Floor)
	}
}
