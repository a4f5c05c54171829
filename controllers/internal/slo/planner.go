// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"cmp"
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
	// effect is how far latency, or the share of misses, must fall for a raise
	// to count as one.
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
	// before is how bad it was before the first of the raises.
	before badness
}

// Present is what the planner knows beside the requests.
type Present struct {
	// Replicas is how many pods there shall be, Serving how many serve.
	Replicas, Serving int32
	Now               time.Time
	// Calm is how long there must be calm before the floor is lowered; zero
	// means ten minutes.
	Calm time.Duration
}

// badness tells whether a raise had an effect. Refused requests have no
// latency, so their share counts too.
type badness struct{ latency, missed float64 }

func badnessOf(h Histogram, targetMs int32, share float64) badness {
	return badness{latency: h.Quantile(share), missed: 1 - h.Within(float64(targetMs)/1000)}
}

// relieves reports whether it is better by a tenth than it was.
func (b badness) relieves(before badness) bool {
	return b.latency < before.latency*effect || b.missed < before.missed*effect
}

// Next is one step of the planner. w is what happened since the floor moved
// last.
//
//	miss twice           floor = min(max, ceil(replicas * latency/target), replicas + ceil(replicas/2)),
//	                     at least replicas + 1
//	pods still starting  nothing, and requests until then do not count
//	two raises without   no more raises; the cause is not the number of pods
//	effect
//	10 minutes of calm   floor - 1, down to minReplicas
//	data missing         nothing
func (p Plan) Next(w Window, e *v1alpha1.EffectiveSpec, at Present) Plan {
	// Somebody may have lowered maxReplicas: pods beyond it never come.
	p.Floor = min(p.Floor, e.Autoscaling.MaxReplicas)
	v := Judge(w, e.Targets)
	switch v.Reason {
	case v1alpha1.ReasonRerankTooSlow, v1alpha1.ReasonSimilarityTooSlow, v1alpha1.ReasonRequestsRefused, v1alpha1.ReasonThroughputTooLow:
		return p.missed(w, e, at)
	case v1alpha1.ReasonWithinTargets:
		p.misses, p.raises, p.GaveUp = 0, 0, false
		return p.rested(w, e, at)
	case v1alpha1.ReasonNoTraffic:
		// Too few requests are calm, and no proof that the raises helped.
		p.misses = 0
		return p.rested(w, e, at)
	default:
		// Nothing is known, so nothing moves, and calm must prove itself anew.
		p.misses, p.calmSince = 0, time.Time{}
		return p
	}
}

func (p Plan) missed(w Window, e *v1alpha1.EffectiveSpec, at Present) Plan {
	p.calmSince = time.Time{}
	if at.Replicas < p.Floor || at.Serving < p.Floor {
		// The last raise has not had its effect yet: the autoscaler has not
		// followed, or its pods still start.
		p.misses, p.Changed = 0, at.Now
		return p
	}
	now, ratio := worst(w, e.Targets)
	if p.raises >= patience && !now.relieves(p.before) {
		p.GaveUp = true
		return p
	}
	if p.misses++; p.misses < breaches || at.Replicas >= e.Autoscaling.MaxReplicas {
		return p
	}
	if p.raises == 0 {
		p.before = now
	}
	p.raises++
	p.misses = 0
	return p.move(raised(at.Replicas, ratio, e.Autoscaling.MaxReplicas), at.Now)
}

// worst is how bad the worse of the two kinds of requests is, and how many
// times its target its latency is.
func worst(w Window, t *v1alpha1.TargetsSpec) (badness, float64) {
	share := float64(*t.Percentile) / 100
	reranks, similarities := w.counted()
	of := func(h Histogram, targetMs int32) (badness, float64) {
		if h.Count() < minRequests {
			return badness{}, 0
		}
		b := badnessOf(h, targetMs, share)
		return b, 1000 * b.latency / float64(targetMs)
	}
	rerank, rerankRatio := of(reranks, *t.RerankLatencyMilliseconds)
	similarity, similarityRatio := of(similarities, *t.SimilarityLatencyMilliseconds)
	if similarityRatio > rerankRatio {
		return similarity, similarityRatio
	}
	return rerank, rerankRatio
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

func (p Plan) rested(w Window, e *v1alpha1.EffectiveSpec, at Present) Plan {
	if !calm(w, e.Targets) {
		p.calmSince = time.Time{}
		return p
	}
	if p.calmSince.IsZero() {
		p.calmSince = at.Now
	}
	if p.Floor <= *e.Autoscaling.MinReplicas || at.Now.Sub(p.calmSince) < cmp.Or(at.Calm, calmFor) {
		return p
	}
	p.calmSince, p.raises, p.GaveUp = at.Now, 0, false
	return p.move(p.Floor-1, at.Now)
}

// calm reports whether latency is well below the targets.
func calm(w Window, t *v1alpha1.TargetsSpec) bool {
	share := float64(*t.Percentile) / 100
	easy := func(h Histogram, targetMs int32) bool {
		return h.Count() < minRequests || h.Quantile(share) <= calmShare*float64(targetMs)/1000
	}
	reranks, similarities := w.counted()
	return easy(reranks, *t.RerankLatencyMilliseconds) && easy(similarities, *t.SimilarityLatencyMilliseconds)
}

func (p Plan) move(floor int32, now time.Time) Plan {
	p.Floor, p.Changed = floor, now
	return p
}
