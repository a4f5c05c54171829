// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"testing"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func TestPodsThatAreNotWantedAreNotMissed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		want bool
	}{
		"usual":          {v1alpha1.RerankerSpec{}, true},
		"one pod":        {v1alpha1.RerankerSpec{Replicas: new(int32(1))}, true},
		"scaled to zero": {v1alpha1.RerankerSpec{Replicas: new(int32(0))}, false},
		"suspended":      {v1alpha1.RerankerSpec{Suspend: new(true)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := NewInput(&v1alpha1.Reranker{Spec: tc.spec}, "i")
			r := &rules{in: in}
			r.health()
			found := false
			for _, alert := range r.list {
				found = found || alert["alert"] == "RerankerMetricsAbsent"
			}
			if found != tc.want {
				t.Errorf("RerankerMetricsAbsent is there: %t, want %t", found, tc.want)
			}
		})
	}
}
