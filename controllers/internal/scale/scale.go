// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scale decides when the operator may write the number of pods.
//
// Two field managers share the Deployment. The main one never names
// spec.replicas. The second one, used here, names nothing else, and only in
// these cases:
//
//	fixed      whenever the number differs from spec.replicas
//	auto       right after the Deployment was made, and when it stands at
//	           zero, where an autoscaler does nothing
//	external   right after the Deployment was made, and on resume
//	suspended  whenever the number is not zero
//
// Everything else is the autoscaler's, so the two never fight.
package scale

import (
	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Input is what the decision rests on.
type Input struct {
	Suspended bool
	Effective v1alpha1.EffectiveSpec
	// Live is the Deployment's number of pods.
	Live int32
	// Created says that the Deployment was made in this pass.
	Created bool
	// HeldByUs says that the operator wrote the number last: a zero that
	// somebody else wrote is theirs.
	HeldByUs bool
}

// Decide returns the number of pods to write; false means: leave it alone.
func Decide(in Input) (int32, bool) {
	want := in.Live
	switch {
	case in.Suspended:
		want = 0
	case in.Effective.Replicas != nil:
		want = *in.Effective.Replicas
	case in.Created, in.Live == 0 && (in.Effective.OwnsAutoscaler() || in.HeldByUs):
		want = max(*in.Effective.Autoscaling.MinReplicas, 1)
	}
	return want, want != in.Live
}
