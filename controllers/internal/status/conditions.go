// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"fmt"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// condition is a condition before it has times.
type condition struct {
	kind            string
	status          metav1.ConditionStatus
	reason, message string
}

const (
	isTrue  = metav1.ConditionTrue
	isFalse = metav1.ConditionFalse
	unknown = metav1.ConditionUnknown
)

// onlyWhenAbnormal are conditions that are absent in a healthy Reranker.
var onlyWhenAbnormal = []string{
	v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled,
	v1alpha1.ConditionPaused,
}

// conditions lists every condition that holds now.
func conditions(in *Input, found []cause) []condition {
	ready := readyCondition(in, found)
	out := []condition{
		ready,
		availableCondition(in),
		modelCondition(in, found),
		targetsCondition(in),
		autoscalingCondition(in),
		degradedCondition(in, found),
		accessCondition(in),
	}
	if stalled, ok := stalledCondition(in, found); ok {
		out = append(out, stalled)
	} else if !in.rolledOut() || in.Failure != nil {
		out = append(out, condition{v1alpha1.ConditionReconciling, isTrue, reconcilingReason(in), ready.message})
	}
	return out
}

func reconcilingReason(in *Input) string {
	if in.Failure != nil {
		return in.Failure.Reason
	}
	return v1alpha1.ReasonRollingOut
}

// readyCondition is the sum. Causes count while the newest template is not
// fully served, even if older pods still answer: what spec asks for is not
// what runs.
func readyCondition(in *Input, found []cause) condition {
	at := func(status metav1.ConditionStatus, reason, message string) condition {
		return condition{v1alpha1.ConditionReady, status, reason, message}
	}
	if in.Failure != nil {
		return at(isFalse, in.Failure.Reason, in.Failure.Message)
	}
	if reason, message := standstill(in); reason != "" {
		return at(isFalse, reason, message)
	}
	if reason, message := trouble(in, found); reason != "" && (in.replacing() || !in.available()) {
		return at(isFalse, reason, message)
	}
	c := availableCondition(in)
	return at(c.status, c.reason, c.message)
}

// standstill is why a Reranker wants no pods.
func standstill(in *Input) (reason, message string) {
	switch {
	case in.Reranker.Spec.IsSuspended():
		return v1alpha1.ReasonSuspended, "spec.suspend is true: no pods run"
	case in.Effective.Replicas != nil && *in.Effective.Replicas == 0:
		return v1alpha1.ReasonScaledToZero, "spec.replicas is 0: no pods run"
	case in.Effective.Replicas == nil && !in.Effective.OwnsAutoscaler() && in.stands() && in.wanted() == 0:
		return v1alpha1.ReasonScaledToZero, "the external autoscaler wants no pods"
	}
	return "", ""
}

// trouble is the worst thing that is wrong with pods that do not serve.
func trouble(in *Input, found []cause) (reason, message string) {
	if len(found) > 0 && !found[0].serving {
		return found[0].reason, found[0].message
	}
	d := in.Deployment
	if d == nil {
		return "", ""
	}
	for _, c := range d.Status.Conditions {
		switch {
		case c.Type == "ReplicaFailure" && c.Status == corev1.ConditionTrue && strings.Contains(c.Message, "exceeded quota"):
			return v1alpha1.ReasonQuotaExceeded, Clip(c.Message)
		case c.Type == "ReplicaFailure" && c.Status == corev1.ConditionTrue:
			return v1alpha1.ReasonPodCreationFailed, Clip(c.Message)
		}
	}
	return deadline(in)
}

func deadline(in *Input) (reason, message string) {
	for _, c := range in.Deployment.Status.Conditions {
		if c.Type == "Progressing" && c.Reason == v1alpha1.ReasonProgressDeadlineExceeded {
			return v1alpha1.ReasonProgressDeadlineExceeded, Clip(c.Message)
		}
	}
	return "", ""
}

func availableCondition(in *Input) condition {
	at := func(status metav1.ConditionStatus, reason, message string) condition {
		return condition{v1alpha1.ConditionAvailable, status, reason, message}
	}
	if reason, message := standstill(in); reason != "" {
		return at(isFalse, reason, message)
	}
	if in.available() {
		return at(isTrue, v1alpha1.ReasonAvailable, "at least "+podsServe(max(in.Effective.FloorReplicas(), 1)))
	}
	var serving int32
	if in.Deployment != nil {
		serving = in.Deployment.Status.AvailableReplicas
	}
	return at(isFalse, v1alpha1.ReasonPodsStarting,
		fmt.Sprintf("%s, at least %d must", podsServe(serving), max(in.Effective.FloorReplicas(), 1)))
}

func podsServe(n int32) string {
	if n == 1 {
		return "1 pod serves"
	}
	return fmt.Sprintf("%d pods serve", n)
}

// accessCondition warns of an API that is open to whoever reaches it.
func accessCondition(in *Input) condition {
	if a := in.Reranker.Spec.Auth; a != nil && a.APIKeysSecretRef != nil {
		return condition{
			v1alpha1.ConditionAccessControlled, isTrue, v1alpha1.ReasonKeysRequired,
			"callers must show a key of Secret " + a.APIKeysSecretRef.Name,
		}
	}
	message := "whoever reaches the Service may call the API: auth.apiKeysSecretRef is not set"
	if p := in.Reranker.Spec.NetworkPolicy; p != nil && p.Mode != v1alpha1.ModeDisabled && len(p.From) > 0 {
		message += "; networkPolicy.from says who reaches it"
	}
	return condition{v1alpha1.ConditionAccessControlled, isFalse, v1alpha1.ReasonNoKeys, message}
}

func modelCondition(in *Input, found []cause) condition {
	at := func(status metav1.ConditionStatus, reason, message string) condition {
		return condition{v1alpha1.ConditionModelLoaded, status, reason, message}
	}
	for _, c := range found {
		switch c.reason {
		case contract.ReasonModelDigestMismatch, contract.ReasonModelNotFound, contract.ReasonModelInvalid:
			return at(isFalse, c.reason, c.message)
		}
	}
	if in.Deployment != nil && in.Deployment.Status.ReadyReplicas > 0 {
		return at(isTrue, v1alpha1.ReasonLoaded, "model "+in.Effective.Model.Name+" is served")
	}
	if reason, message := standstill(in); reason != "" {
		return at(unknown, reason, message)
	}
	return at(unknown, v1alpha1.ReasonLoading, "no pod has loaded the model yet")
}

func targetsCondition(in *Input) condition {
	if in.Targets != nil {
		return condition{v1alpha1.ConditionTargetsMet, in.Targets.Status, in.Targets.Reason, in.Targets.Message}
	}
	if in.Deployment == nil || in.Deployment.Status.ReadyReplicas == 0 {
		return condition{v1alpha1.ConditionTargetsMet, unknown, v1alpha1.ReasonNoPods, "no pod serves"}
	}
	if c := meta.FindStatusCondition(in.Reranker.Status.Conditions, v1alpha1.ConditionTargetsMet); c != nil && c.Reason != v1alpha1.ReasonNoPods {
		// A new operator has not looked yet; what the last one saw still holds.
		return condition{c.Type, c.Status, c.Reason, c.Message}
	}
	return condition{v1alpha1.ConditionTargetsMet, unknown, v1alpha1.ReasonWarmingUp, "the pods have not been watched long enough"}
}

func autoscalingCondition(in *Input) condition {
	at := func(status metav1.ConditionStatus, reason, message string) condition {
		return condition{v1alpha1.ConditionAutoscalingActive, status, reason, message}
	}
	switch {
	case in.Effective.Replicas != nil:
		return at(isFalse, v1alpha1.ReasonFixedReplicas, "spec.replicas fixes the number of pods")
	case in.Reranker.Spec.IsSuspended():
		return at(isFalse, v1alpha1.ReasonSuspended, "spec.suspend is true")
	case !in.Effective.OwnsAutoscaler():
		return at(isFalse, v1alpha1.ReasonExternalOwner, "autoscaling.owner is External")
	case in.ForeignAutoscaler != "":
		return at(isFalse, v1alpha1.ReasonForeignAutoscaler, fmt.Sprintf(
			"HorizontalPodAutoscaler %q targets the same Deployment; remove it, or set autoscaling.owner to External", in.ForeignAutoscaler))
	case in.Autoscaler == nil:
		return at(unknown, v1alpha1.ReasonAutoscalerPending, "the autoscaler has not reported yet")
	}
	for _, c := range in.Autoscaler.Status.Conditions {
		if c.Type == autoscalingv2.ScalingActive {
			return at(metav1.ConditionStatus(c.Status), c.Reason, Clip(c.Message))
		}
	}
	return at(unknown, v1alpha1.ReasonAutoscalerPending, "the autoscaler has not reported yet")
}

// degradedCondition speaks of a Reranker that serves although some of its pods
// do not, or did not a moment ago.
func degradedCondition(in *Input, found []cause) condition {
	if in.Deployment != nil && in.Deployment.Status.AvailableReplicas > 0 {
		if reason, message := trouble(in, found); reason != "" {
			return condition{v1alpha1.ConditionDegraded, isTrue, reason, message}
		}
		if len(found) > 0 {
			return condition{v1alpha1.ConditionDegraded, isTrue, found[0].reason, found[0].message}
		}
	}
	return condition{v1alpha1.ConditionDegraded, isFalse, v1alpha1.ReasonHealthy, "no serving pod is in trouble"}
}

// stalledCondition holds when waiting cannot help.
func stalledCondition(in *Input, found []cause) (condition, bool) {
	at := func(reason, message string) (condition, bool) {
		return condition{v1alpha1.ConditionStalled, isTrue, reason, message}, true
	}
	if in.Failure != nil {
		if in.Failure.Terminal {
			return at(in.Failure.Reason, in.Failure.Message)
		}
		return condition{}, false
	}
	if i := slices.IndexFunc(found, func(c cause) bool { return c.terminal && !c.serving }); i >= 0 {
		return at(found[i].reason, found[i].message)
	}
	if in.Deployment != nil && !in.rolledOut() {
		if reason, message := deadline(in); reason != "" {
			return at(reason, message)
		}
	}
	return condition{}, false
}

// setter writes conditions into a status.
type setter struct {
	status     *v1alpha1.RerankerStatus
	generation int64
	now        metav1.Time
}

func newSetter(status *v1alpha1.RerankerStatus, in *Input) setter {
	return setter{status, in.Reranker.Generation, metav1.NewTime(in.Now.Truncate(1e9))}
}

func (s setter) put(c condition) {
	meta.SetStatusCondition(&s.status.Conditions, metav1.Condition{
		Type: c.kind, Status: c.status, Reason: c.reason, Message: c.message,
		ObservedGeneration: s.generation, LastTransitionTime: s.now,
	})
}

// setConditions writes what holds and removes what no longer does.
func setConditions(out *v1alpha1.RerankerStatus, in *Input, list []condition) {
	set := newSetter(out, in)
	for _, kind := range onlyWhenAbnormal {
		if !slices.ContainsFunc(list, func(c condition) bool { return c.kind == kind }) {
			meta.RemoveStatusCondition(&out.Conditions, kind)
		}
	}
	for _, c := range list {
		set.put(c)
	}
}
