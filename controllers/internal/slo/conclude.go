// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"context"
	"strconv"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// LiveFloor reads the floor that was written to the autoscaler, 0 for none. It
// is how the floor survives a restart of the operator.
func LiveFloor(ctx context.Context, c client.Reader, rr *v1alpha1.Reranker) (int32, error) {
	var hpa autoscalingv2.HorizontalPodAutoscaler
	if err := c.Get(ctx, client.ObjectKey{Namespace: rr.Namespace, Name: build.Name(rr)}, &hpa); err != nil {
		return 0, client.IgnoreNotFound(err)
	}
	return FloorOf(&hpa, rr), nil
}

// FloorOf reads the floor from an autoscaler's annotation, not from its bound:
// somebody else may have changed the bound.
func FloorOf(hpa *autoscalingv2.HorizontalPodAutoscaler, rr *v1alpha1.Reranker) int32 {
	if hpa == nil || !metav1.IsControlledBy(hpa, rr) {
		return 0
	}
	floor, err := strconv.ParseInt(hpa.Annotations[v1alpha1.AnnotationFloor], 10, 32)
	if err != nil || floor < 0 {
		return 0
	}
	return int32(floor)
}

// conclude puts the samples to what is known and reports whether the published
// report changed.
func (w *Watcher) conclude(rr *v1alpha1.Reranker, serving []*corev1.Pod, samples map[types.UID]Sample, at Present, floor int32) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.known[rr.UID]
	if k == nil {
		k = &watched{pods: map[types.UID]*series{}}
		w.known[rr.UID] = k
	}
	k.seed(rr, floor)
	e, now := effectiveOf(rr), at.Now
	window := time.Duration(*e.Targets.WindowSeconds) * time.Second
	k.add(serving, samples, window)

	whole := k.window(serving, samples, now.Add(-window))
	k.peakBytes, k.peakCores = max(k.peakBytes, whole.PeakMemoryBytes), max(k.peakCores, whole.PeakCores)
	verdict := Judge(whole, e.Targets)
	if e.Targets.Policy == v1alpha1.TargetsEnforce && e.OwnsAutoscaler() && !rr.Spec.IsSuspended() {
		before := k.plan.Floor
		k.plan = k.plan.Next(k.window(serving, samples, latest(k.plan.Changed, now.Add(-window))), e, at)
		if w.Moved != nil && k.plan.Floor != before {
			w.Moved(before, k.plan.Floor)
		}
	} else {
		k.plan = Plan{}
	}
	if k.plan.GaveUp && verdict.Status == metav1.ConditionFalse {
		verdict.Reason = v1alpha1.ReasonNotCapacityBound
		verdict.Message += "; more pods did not help"
	}
	next := &Report{
		Verdict:        verdict,
		Observed:       observe(whole, e, k.peakBytes, k.plan, now),
		Recommendation: recommend(whole, k.peakBytes, k.peakCores),
		Floor:          k.plan.Floor,
	}
	if !next.supersedes(k.report) {
		return false
	}
	if next.Recommendation == nil && k.report != nil {
		next.Recommendation = k.report.Recommendation
	}
	k.report = next
	return true
}

// effectiveOf is what the operator published. What an earlier release left out
// of it has its default.
func effectiveOf(rr *v1alpha1.Reranker) *v1alpha1.EffectiveSpec {
	e := rr.Status.Effective.DeepCopy()
	defaults := v1alpha1.Resolve(rr.Name, &rr.Spec, "")
	if e.Targets == nil || e.Targets.RequestsPerMinute == nil {
		e.Targets = defaults.Targets
	}
	return e
}

// seed takes over what an earlier operator knew.
func (k *watched) seed(rr *v1alpha1.Reranker, floor int32) {
	if k.seeded {
		return
	}
	k.seeded = true
	k.plan.Floor = floor
	if o := rr.Status.Observed; o != nil && o.MemoryPeak != nil {
		k.peakBytes = o.MemoryPeak.AsApproximateFloat64()
	}
}

// add appends samples and forgets pods that are gone.
func (k *watched) add(serving []*corev1.Pod, samples map[types.UID]Sample, window time.Duration) {
	present := map[types.UID]bool{}
	for _, pod := range serving {
		present[pod.UID] = true
		sample, ok := samples[pod.UID]
		if !ok {
			continue
		}
		if k.pods[pod.UID] == nil {
			k.pods[pod.UID] = &series{}
		}
		k.pods[pod.UID].add(sample, window)
	}
	for uid := range k.pods {
		if !present[uid] {
			delete(k.pods, uid)
		}
	}
}

// window is what the pods did after a time.
func (k *watched) window(serving []*corev1.Pod, samples map[types.UID]Sample, after time.Time) Window {
	out := Window{Pods: len(serving), Scraped: len(samples)}
	for _, s := range k.pods {
		out.add(s, after)
	}
	return out
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
