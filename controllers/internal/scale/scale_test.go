// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package scale

import (
	"testing"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	fixed := v1alpha1.EffectiveSpec{Replicas: new(int32(4))}
	auto := v1alpha1.EffectiveSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 6, Owner: v1alpha1.AutoscalingOperator}}
	external := v1alpha1.EffectiveSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 6, Owner: v1alpha1.AutoscalingExternal}}
	const leave = -1
	for name, tc := range map[string]struct {
		in   Input
		want int32
	}{
		"fixed and right":                   {Input{Effective: fixed, Live: 4}, leave},
		"fixed and wrong":                   {Input{Effective: fixed, Live: 1}, 4},
		"auto, new":                         {Input{Effective: auto, Live: 1, Created: true}, 2},
		"auto, new, already right":          {Input{Effective: auto, Live: 2, Created: true}, leave},
		"auto, below the least":             {Input{Effective: auto, Live: 1}, leave},
		"auto, above the most":              {Input{Effective: auto, Live: 9}, leave},
		"auto, at zero":                     {Input{Effective: auto, Live: 0}, 2},
		"external, new":                     {Input{Effective: external, Live: 1, Created: true}, 2},
		"external, at somebody else's zero": {Input{Effective: external, Live: 0}, leave},
		"external, resumed":                 {Input{Effective: external, Live: 0, HeldByUs: true}, 2},
		"external, moved":                   {Input{Effective: external, Live: 5, HeldByUs: true}, leave},
		"suspended while fixed":             {Input{Effective: fixed, Live: 4, Suspended: true}, 0},
		"suspended while auto":              {Input{Effective: auto, Live: 4, Suspended: true}, 0},
		"suspended and at zero":             {Input{Effective: auto, Live: 0, Suspended: true}, leave},
		"suspended right after it was made": {Input{Effective: auto, Live: 1, Created: true, Suspended: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, write := Decide(tc.in)
			if !write {
				got = leave
			}
			if got != tc.want {
				t.Errorf("Decide = %d, want %d (%d: leave it alone)", got, tc.want, leave)
			}
		})
	}
}
