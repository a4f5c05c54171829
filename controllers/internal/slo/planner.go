// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"math"
	"time"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

const (
	// breaches is how many misses in a row raise the floor: one may be chance.
	breaches = 2
	// calmFor is how long there must be calm before the floor is lowered.
	calmFor = 10 * time.Minute
	// calmShare of the target is what latency must stay below to be calm.
	calmShare = 0.7
	// maxGrowth bounds one raise as a share of the present pods.
	maxGrowth = 0.5
	// patience is how many raises without effect make the planner give up.
	patience = 2
	// effect is how far latency must fall for a raise to count as one.
	effect = 0.9
)

// Plan is the planner's state and its answer. The zero value knows nothing.
type Plan struct {
	// Floor is the least number of pods; 0 means autoscaling.minReplicas.
	Floor int32
	// GaveUp says that more pods did not help.
	GaveUp bool
	// Changed is when the floor moved last: earlier requests say nothing
	// about the present number of pods.
	Changed time.Time

	misses    int
	calmSince time.Time
	raises    int
	// before is the latency before the first of the raises.
	before float64
}

// Next is one step of the planner. w is what happened since the floor moved
// last, replicas the present number of pods.
//
//	miss twice           floor = min(max, ceil(replicas * latency/target), replicas + ceil(replicas/2)),
//	                     at least replicas + 1
//	two raises without   no more raises; the cause is not the number of pods
//	effect
//	10 minutes of calm   floor - 1, down to minReplicas
//	data missing         nothing
func (p Plan) Next(w Window, e *v1alpha1.EffectiveSpec, replicas int32, now time.Time) Plan {
	v := Judge(w, e.Targets)
	switch v.Reason {
	case v1alpha1.ReasonRerankTooSlow:
		return p.missed(w.Rerank, *e.Targets.RerankLatencyMilliseconds, e, replicas, now)
	case v1alpha1.ReasonSimilarityTooSlow:
		return p.missed(w.Similarity, *e.Targets.SimilarityLatencyMilliseconds, e, replicas, now)
	case v1alpha1.ReasonWithinTargets, v1alpha1.ReasonNoTraffic:
		p.misses = 0
		return p.rested(w, e, now)
	default:
		// Nothing is known, so nothing moves, and calm must prove itself anew.
		p.misses, p.calmSince = 0, time.Time{}
		return p
	}
}

func (p Plan) missed(h Histogram, targetMs int32, e *v1alpha1.EffectiveSpec, replicas int32, now time.Time) Plan {
	p.calmSince = time.Time{}
	if replicas < p.Floor {
		// The autoscaler has not followed the last raise yet.
		p.misses = 0
		return p
	}
	latency, target := h.Quantile(float64(*e.Targets.Percentile)/100), float64(targetMs)/1000
	if p.raises >= patience && latency >= p.before*effect {
		p.GaveUp = true
		return p
	}
	if p.misses++; p.misses < breaches || replicas >= e.Autoscaling.MaxReplicas {
		return p
	}
	if p.raises == 0 {
		p.before = latency
	}
	p.raises++
	p.misses = 0
	return p.move(raised(replicas, latency/target, e.Autoscaling.MaxReplicas), now)
}

// raised is the next floor. A latency beyond all buckets asks for as much as
// one raise may give.
func raised(replicas int32, ratio float64, most int32) int32 {
	bound := replicas + int32(math.Ceil(float64(replicas)*maxGrowth))
	if wanted := math.Ceil(float64(replicas) * ratio); wanted < float64(bound) {
		bound = int32(wanted)
	}
	return min(max(bound, replicas+1), most)
}

func (p Plan) rested(w Window, e *v1alpha1.EffectiveSpec, now time.Time) Plan {
	p.GaveUp, p.raises = false, 0
	if !calm(w, e.Targets) {
		p.calmSince = time.Time{}
		return p
	}
	if p.calmSince.IsZero() {
		p.calmSince = now
	}
	if p.Floor <= *e.Autoscaling.MinReplicas || now.Sub(p.calmSince) < calmFor {
		return p
	}
	p.calmSince = now
	return p.move(p.Floor-1, now)
}

// calm reports whether latency is well below the targets.
func calm(w Window, t *v1alpha1.TargetsSpec) bool {
	share := float64(*t.Percentile) / 100
	easy := func(h Histogram, targetMs int32) bool {
		return h.Count() < minRequests || h.Quantile(share) <= calmShare*float64(targetMs)/1000
	}
	return easy(w.Rerank, *t.RerankLatencyMilliseconds) && easy(w.Similarity, *t.SimilarityLatencyMilliseconds)
}

func (p Plan) move(floor int32, now time.Time) Plan {
	p.Floor, p.Changed = floor, now
	return p
}
