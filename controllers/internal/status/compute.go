// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Compute makes the status of a Reranker. It keeps the transition times of
// conditions whose status does not change.
func Compute(in Input) Output {
	found := causes(&in)
	out := *in.Reranker.Status.DeepCopy()
	out.ObservedGeneration = in.Reranker.Generation
	out.URL, out.Selector = in.URL, in.Selector
	out.Effective = in.Effective.DeepCopy()
	out.Replicas, out.ReadyReplicas, out.Pods = 0, 0, fmt.Sprintf("0/%d", in.wanted())
	if d := in.Deployment; d != nil {
		out.Replicas, out.ReadyReplicas = d.Status.Replicas, d.Status.ReadyReplicas
		out.Pods = fmt.Sprintf("%d/%d", d.Status.ReadyReplicas, in.wanted())
	}
	if t := in.Targets; t != nil {
		out.Observed, out.Recommendation = t.Observed.DeepCopy(), t.Recommendation.DeepCopy()
	}
	setConditions(&out, &in, conditions(&in, found))
	recheck := recheckAfter(found, in.Now)
	if mounts := mountsRecheck(&in); recheck == 0 || (mounts != 0 && mounts < recheck) {
		recheck = mounts
	}
	return Output{Status: out, RecheckAfter: recheck}
}

// ComputePaused touches nothing but the condition that says so: everything
// else stays as it was when the pause began.
func ComputePaused(in Input) Output {
	out := *in.Reranker.Status.DeepCopy()
	set := newSetter(&out, &in)
	set.put(condition{
		v1alpha1.ConditionPaused, metav1.ConditionTrue, v1alpha1.ReasonPaused,
		"the annotation " + v1alpha1.AnnotationPaused + " stops the operator; remove it to go on",
	})
	return Output{Status: out}
}

// recheckAfter is when the first cause of the past stops counting.
func recheckAfter(found []cause, now time.Time) time.Duration {
	var after time.Duration
	for _, c := range found {
		if !c.passes {
			continue
		}
		if left := c.ended.Add(recent).Sub(now); after == 0 || left < after {
			after = max(left, time.Second)
		}
	}
	return after
}
