// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Report is what is published about one Reranker.
type Report struct {
	Verdict        Verdict
	Observed       *v1alpha1.ObservedStatus
	Recommendation *v1alpha1.RecommendationStatus
	// Floor is the least number of pods that policy Enforce asks for; 0 means
	// autoscaling.minReplicas.
	Floor int32
}

const (
	// quietFor is how long figures may move before they are written again:
	// status is no time series.
	quietFor = time.Minute
	// noteworthy is how far a figure must move to be written again.
	noteworthy = 0.1
	// headroom is what a recommendation adds to a peak.
	headroom = 1.2
)

// observe makes the figures of a window, rounded to two digits.
func observe(w Window, e *v1alpha1.EffectiveSpec, peakBytes float64, plan Plan, now time.Time) *v1alpha1.ObservedStatus {
	out := &v1alpha1.ObservedStatus{SampledAt: metav1.NewTime(now.Truncate(time.Second))}
	share := float64(*e.Targets.Percentile) / 100
	reranks, similarities := w.counted()
	if reranks.Count() >= minRequests {
		out.RerankLatency = latency(reranks, share)
		out.WithinTargetPermille = new(int32(1000 * reranks.Within(float64(*e.Targets.RerankLatencyMilliseconds)/1000)))
	}
	if similarities.Count() >= minRequests {
		out.SimilarityLatency = latency(similarities, share)
	}
	if w.Span > 0 {
		out.RequestsPerMinute = new(int32(twoDigits(w.answered())))
	}
	if all := w.Rerank.Count() + w.Similarity.Count() + w.Refused; all >= minRequests {
		out.RefusedPermille = new(int32(math.Ceil(twoDigits(1000 * w.Refused / all))))
	}
	if peakBytes > 0 {
		out.MemoryPeak = roundUp(peakBytes, 1<<20, resource.BinarySI)
	}
	if e.OwnsAutoscaler() {
		out.Floor = new(max(plan.Floor, *e.Autoscaling.MinReplicas))
	}
	return out
}

// latency is a quantile for a person.
func latency(h Histogram, share float64) string {
	q := h.Quantile(share)
	switch {
	case math.IsInf(q, 1) && len(h) < 2:
		return "" // nothing was answered, so there are no buckets to compare with
	case math.IsInf(q, 1):
		return fmt.Sprintf(">%.0fms", 1000*h[len(h)-2].Bound)
	}
	return fmt.Sprintf("%.0fms", math.Ceil(1000*q-1e-6))
}

// recommend rests on what the pods used while they had traffic.
func recommend(w Window, peakBytes, peakCores float64) *v1alpha1.RecommendationStatus {
	if w.Rerank.Count()+w.Similarity.Count() < minRequests || peakBytes == 0 {
		return nil
	}
	return &v1alpha1.RecommendationStatus{
		MemoryLimit: roundUp(max(peakBytes*headroom, 256<<20), 64<<20, resource.BinarySI),
		CPU:         resource.NewMilliQuantity(int64(math.Ceil(peakCores*headroom*20))*50, resource.DecimalSI),
		Reason:      "the highest use of one pod seen under traffic, and a fifth more",
	}
}

func roundUp(v float64, step int64, format resource.Format) *resource.Quantity {
	return resource.NewQuantity(int64(math.Ceil(v/float64(step)))*step, format)
}

// twoDigits rounds to two significant digits.
func twoDigits(v float64) float64 {
	if v == 0 {
		return 0
	}
	scale := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-1)
	return math.Round(v/scale) * scale
}

// supersedes reports whether a report is worth a write over the last one.
func (r *Report) supersedes(last *Report) bool {
	if last == nil || r.Verdict.Status != last.Verdict.Status || r.Verdict.Reason != last.Verdict.Reason || r.Floor != last.Floor || deref(r.Observed.Floor) != deref(last.Observed.Floor) {
		return true
	}
	if r.Observed.SampledAt.Sub(last.Observed.SampledAt.Time) < quietFor {
		return false
	}
	a, b := r.Observed, last.Observed
	return a.RerankLatency != b.RerankLatency || a.SimilarityLatency != b.SimilarityLatency ||
		moved(deref(a.RequestsPerMinute), deref(b.RequestsPerMinute)) ||
		moved(deref(a.RefusedPermille), deref(b.RefusedPermille)) ||
		moved(deref(a.WithinTargetPermille), deref(b.WithinTargetPermille)) ||
		moved(value(a.MemoryPeak), value(b.MemoryPeak))
}

func moved(a, b float64) bool {
	return math.Abs(a-b) > noteworthy*max(math.Abs(a), math.Abs(b))
}

func deref(p *int32) float64 {
	if p == nil {
		return 0
	}
	return float64(*p)
}

func value(q *resource.Quantity) float64 {
	if q == nil {
		return 0
	}
	return q.AsApproximateFloat64()
}
