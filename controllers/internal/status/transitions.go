// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Transition is a change of a condition that people want to hear of.
type Transition struct {
	// Kind is the condition's type.
	Kind string
	// EventType is Normal or Warning.
	EventType       string
	Reason, Message string
}

// told are the conditions whose changes become events, each with the status
// that means trouble.
var told = []struct {
	kind string
	bad  metav1.ConditionStatus
}{
	{v1alpha1.ConditionReady, metav1.ConditionFalse},
	{v1alpha1.ConditionStalled, metav1.ConditionTrue},
	{v1alpha1.ConditionDegraded, metav1.ConditionTrue},
	{v1alpha1.ConditionTargetsMet, metav1.ConditionFalse},
	{v1alpha1.ConditionPaused, ""},
}

// Transitions lists what changed from one status to the next. A condition that
// appears in its good state is no news.
func Transitions(before, after []metav1.Condition) []Transition {
	var out []Transition
	for _, t := range told {
		old, now := meta.FindStatusCondition(before, t.kind), meta.FindStatusCondition(after, t.kind)
		if now == nil || (old != nil && old.Status == now.Status && old.Reason == now.Reason) {
			continue
		}
		if now.Status == metav1.ConditionUnknown || (old == nil && now.Status != t.bad && t.kind != v1alpha1.ConditionPaused && t.kind != v1alpha1.ConditionReady) {
			continue
		}
		if slices.ContainsFunc(out, func(o Transition) bool { return o.Reason == now.Reason && o.Message == now.Message }) {
			// Another condition tells the same story.
			continue
		}
		out = append(out, Transition{t.kind, eventType(now, t.bad), now.Reason, now.Message})
	}
	return out
}

// eventType warns of trouble. A Reranker that is only starting, or stands still
// because it was told to, is not in trouble.
func eventType(c *metav1.Condition, bad metav1.ConditionStatus) string {
	switch c.Reason {
	case v1alpha1.ReasonPodsStarting, v1alpha1.ReasonSuspended, v1alpha1.ReasonScaledToZero:
		return corev1.EventTypeNormal
	}
	if c.Status == bad {
		return corev1.EventTypeWarning
	}
	return corev1.EventTypeNormal
}
