// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func reports(d *appsv1.Deployment, list ...appsv1.DeploymentCondition) *appsv1.Deployment {
	d.Status.Conditions = list
	return d
}

func line(s v1alpha1.RerankerStatus, kind string) string {
	c := meta.FindStatusCondition(s.Conditions, kind)
	if c == nil {
		return ""
	}
	return string(c.Status) + " " + c.Reason + ": " + c.Message
}

func TestWhatTheDeploymentReportsIsToldOn(t *testing.T) {
	t.Parallel()
	failure := func(status corev1.ConditionStatus, message string) appsv1.DeploymentCondition {
		return appsv1.DeploymentCondition{Type: appsv1.DeploymentReplicaFailure, Status: status, Message: message}
	}
	late := appsv1.DeploymentCondition{Type: appsv1.DeploymentProgressing, Status: corev1.ConditionFalse, Reason: "ProgressDeadlineExceeded", Message: "late"}
	other := appsv1.DeploymentCondition{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue, Reason: "ProgressDeadlineExceeded", Message: "exceeded quota"}
	starting := "False PodsStarting: 0 pods serve, at least 2 must"
	for name, tc := range map[string]struct {
		reported       []appsv1.DeploymentCondition
		ready, stalled string
	}{
		"a quota":                       {[]appsv1.DeploymentCondition{other, failure("True", "pods: exceeded quota: q")}, "False QuotaExceeded: pods: exceeded quota: q", ""},
		"pods that are refused":         {[]appsv1.DeploymentCondition{late, failure("True", "denied")}, "False PodCreationFailed: denied", "True ProgressDeadlineExceeded: late"},
		"a quota that was raised":       {[]appsv1.DeploymentCondition{failure("False", "exceeded quota")}, starting, ""},
		"a deadline":                    {[]appsv1.DeploymentCondition{late}, "False ProgressDeadlineExceeded: late", "True ProgressDeadlineExceeded: late"},
		"a condition of another type":   {[]appsv1.DeploymentCondition{other}, starting, ""},
		"progress for another reason":   {[]appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Reason: "ReplicaSetUpdated", Message: "m"}}, starting, ""},
		"a Deployment that says little": {nil, starting, ""},
	} {
		in := complete(Input{Deployment: reports(deployment(2, 2, 0), tc.reported...)}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
		s := Compute(in).Status
		if got := line(s, v1alpha1.ConditionReady); got != tc.ready {
			t.Errorf("%s: Ready = %q, want %q", name, got, tc.ready)
		}
		if got := line(s, v1alpha1.ConditionStalled); got != tc.stalled {
			t.Errorf("%s: Stalled = %q, want %q", name, got, tc.stalled)
		}
	}
}

func TestADeadlineOfThePastDoesNotStall(t *testing.T) {
	t.Parallel()
	late := appsv1.DeploymentCondition{Type: appsv1.DeploymentProgressing, Reason: "ProgressDeadlineExceeded", Message: "late"}
	in := complete(Input{Deployment: reports(deployment(2, 2, 2), late)}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
	if got := line(Compute(in).Status, v1alpha1.ConditionStalled); got != "" {
		t.Errorf("Stalled = %q although every pod serves", got)
	}
}

func TestTheAutoscalersWordIsTheReason(t *testing.T) {
	t.Parallel()
	says := func(kind autoscalingv2.HorizontalPodAutoscalerConditionType) *autoscalingv2.HorizontalPodAutoscaler {
		return &autoscalingv2.HorizontalPodAutoscaler{Status: autoscalingv2.HorizontalPodAutoscalerStatus{
			Conditions: []autoscalingv2.HorizontalPodAutoscalerCondition{
				{Type: autoscalingv2.AbleToScale, Status: "True", Reason: "Other", Message: "other"},
				{Type: kind, Status: "False", Reason: "FailedGetResourceMetric", Message: "no metrics"},
			},
		}}
	}
	pending := "Unknown AutoscalerPending: the autoscaler has not reported yet"
	foreign := `False ForeignAutoscaler: HorizontalPodAutoscaler "theirs" targets the same Deployment; remove it, or set autoscaling.owner to External`
	for name, tc := range map[string]struct {
		in   Input
		want string
	}{
		"none yet":                    {Input{}, pending},
		"one that says nothing of it": {Input{Autoscaler: says(autoscalingv2.ScalingLimited)}, pending},
		"one that reads no metrics":   {Input{Autoscaler: says(autoscalingv2.ScalingActive)}, "False FailedGetResourceMetric: no metrics"},
		"one of somebody else":        {Input{Autoscaler: says(autoscalingv2.ScalingActive), ForeignAutoscaler: "theirs"}, foreign},
	} {
		in := complete(tc.in, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 8}})
		if got := line(Compute(in).Status, v1alpha1.ConditionAutoscalingActive); got != tc.want {
			t.Errorf("%s: AutoscalingActive = %q, want %q", name, got, tc.want)
		}
	}
}

func TestAnOpenAPIIsSaidToBeOpen(t *testing.T) {
	t.Parallel()
	from := &v1alpha1.NetworkPolicySpec{From: make([]networkingv1.NetworkPolicyPeer, 1)}
	off := from.DeepCopy()
	off.Mode = v1alpha1.ModeDisabled
	open := "False NoKeys: whoever reaches the Service may call the API: auth.apiKeysSecretRef is not set"
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		want string
	}{
		"nothing said":            {v1alpha1.RerankerSpec{}, open},
		"authentication, no keys": {v1alpha1.RerankerSpec{Auth: &v1alpha1.AuthSpec{}}, open},
		"keys": {
			v1alpha1.RerankerSpec{Auth: &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "keys"}}},
			"True KeysRequired: callers must show a key of Secret keys",
		},
		"a policy":              {v1alpha1.RerankerSpec{NetworkPolicy: from}, open + "; networkPolicy.from says who reaches it"},
		"a policy that is off":  {v1alpha1.RerankerSpec{NetworkPolicy: off}, open},
		"a policy without from": {v1alpha1.RerankerSpec{NetworkPolicy: &v1alpha1.NetworkPolicySpec{}}, open},
	} {
		if got := line(Compute(complete(Input{}, tc.spec)).Status, v1alpha1.ConditionAccessControlled); got != tc.want {
			t.Errorf("%s: AccessControlled = %q, want %q", name, got, tc.want)
		}
	}
}

func TestTheNumberOfServingPodsIsTold(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		floor, available int32
		want             string
	}{
		{1, 1, "True Available: at least 1 pod serves"},
		{2, 3, "True Available: at least 2 pods serve"},
		{3, 1, "False PodsStarting: 1 pod serves, at least 3 must"},
		{3, 2, "False PodsStarting: 2 pods serve, at least 3 must"},
	} {
		spec := v1alpha1.RerankerSpec{Replicas: &tc.floor}
		s := Compute(complete(Input{Deployment: deployment(3, 3, tc.available)}, spec)).Status
		if got := line(s, v1alpha1.ConditionAvailable); got != tc.want {
			t.Errorf("%d of %d: Available = %q, want %q", tc.available, tc.floor, got, tc.want)
		}
	}
}

func TestARolloutIsOverWhenNothingOldIsLeft(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*appsv1.Deployment){
		"not yet observed":     func(d *appsv1.Deployment) { d.Status.ObservedGeneration = 1 },
		"an old pod is left":   func(d *appsv1.Deployment) { d.Status.Replicas = 3 },
		"one is not available": func(d *appsv1.Deployment) { d.Status.AvailableReplicas = 1 },
		"one is not updated":   func(d *appsv1.Deployment) { d.Status.UpdatedReplicas = 1 },
	} {
		d := deployment(2, 2, 2)
		change(d)
		in := complete(Input{Deployment: d}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
		if in.rolledOut() {
			t.Errorf("%s: the rollout counts as done", name)
		}
		if got := line(Compute(in).Status, v1alpha1.ConditionReconciling); !strings.HasPrefix(got, "True RollingOut") {
			t.Errorf("%s: Reconciling = %q", name, got)
		}
	}
}

func TestANewOperatorKeepsWhatTheLastOneMeasured(t *testing.T) {
	t.Parallel()
	in := complete(Input{Deployment: deployment(2, 2, 2)}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
	for _, tc := range []struct{ reason, want string }{
		{"RerankTooSlow", "False RerankTooSlow: m"},
		{v1alpha1.ReasonNoPods, "Unknown WarmingUp: the pods have not been watched long enough"},
	} {
		in.Reranker.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionTargetsMet, Status: isFalse, Reason: tc.reason, Message: "m"}}
		if got := line(Compute(in).Status, v1alpha1.ConditionTargetsMet); got != tc.want {
			t.Errorf("after %s: TargetsMet = %q, want %q", tc.reason, got, tc.want)
		}
	}
}

func TestConditionsThatNoLongerHoldAreRemoved(t *testing.T) {
	t.Parallel()
	in := complete(Input{Deployment: deployment(2, 2, 2)}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionPaused} {
		in.Reranker.Status.Conditions = append(in.Reranker.Status.Conditions, metav1.Condition{Type: kind, Status: isTrue, Reason: "R"})
	}
	s := Compute(in).Status
	for _, c := range in.Reranker.Status.Conditions {
		if got := line(s, c.Type); got != "" {
			t.Errorf("%s stayed: %q", c.Type, got)
		}
	}
}

func TestWhatWasObservedAndResolvedIsPublished(t *testing.T) {
	t.Parallel()
	in := complete(Input{Deployment: deployment(2, 1, 1), URL: "u", Selector: "s", Targets: &Targets{
		Status: isTrue, Reason: "WithinTargets",
		Observed: &v1alpha1.ObservedStatus{}, Recommendation: &v1alpha1.RecommendationStatus{},
	}}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
	got := Compute(in).Status
	got.Conditions = nil
	want := v1alpha1.RerankerStatus{
		ObservedGeneration: 7, URL: "u", Selector: "s", Replicas: 2, ReadyReplicas: 1, Pods: "1/2", Effective: &in.Effective,
		Observed: in.Targets.Observed, Recommendation: in.Targets.Recommendation,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func TestTransitionsTellWhatPeopleWantToHear(t *testing.T) {
	t.Parallel()
	cond := func(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message}
	}
	for name, tc := range map[string]struct {
		before, after []metav1.Condition
		want          []Transition
	}{
		"each kind of trouble": {
			nil,
			[]metav1.Condition{
				cond("Ready", isFalse, "R", "1"), cond("Stalled", isTrue, "R", "2"), cond("Degraded", isTrue, "OOMKilled", "2"),
				cond("TargetsMet", isFalse, "RerankTooSlow", "3"), cond("Paused", isTrue, "Paused", "4"),
			},
			[]Transition{
				{"Ready", "Warning", "R", "1"},
				{"Stalled", "Warning", "R", "2"},
				{"Degraded", "Warning", "OOMKilled", "2"},
				{"TargetsMet", "Warning", "RerankTooSlow", "3"},
				{"Paused", "Normal", "Paused", "4"},
			},
		},
		"ready from the start": {
			nil, []metav1.Condition{cond("Ready", isTrue, "Available", "m")}, []Transition{{"Ready", "Normal", "Available", "m"}},
		},
		"targets met from the start are no news": {nil, []metav1.Condition{cond("TargetsMet", isTrue, "WithinTargets", "m")}, nil},
		"the same reason the other way round": {
			[]metav1.Condition{cond("TargetsMet", isFalse, "R", "m")},
			[]metav1.Condition{cond("TargetsMet", isTrue, "R", "m")},
			[]Transition{{"TargetsMet", "Normal", "R", "m"}},
		},
	} {
		if diff := cmp.Diff(tc.want, Transitions(tc.before, tc.after)); diff != "" {
			t.Errorf("%s: Transitions (-want +got):\n%s", name, diff)
		}
	}
}

func TestOnlyAnExternalAutoscalerMayWantNoPods(t *testing.T) {
	t.Parallel()
	external := &v1alpha1.AutoscalingSpec{MaxReplicas: 8, Owner: v1alpha1.AutoscalingExternal}
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		d    *appsv1.Deployment
		want string
	}{
		"an external one that wants none": {v1alpha1.RerankerSpec{Autoscaling: external}, deployment(0, 0, 0), v1alpha1.ReasonScaledToZero},
		"an external one that wants one":  {v1alpha1.RerankerSpec{Autoscaling: external}, deployment(1, 1, 0), v1alpha1.ReasonPodsStarting},
		"no Deployment yet":               {v1alpha1.RerankerSpec{Autoscaling: external}, nil, v1alpha1.ReasonPodsStarting},
		"one of ours":                     {v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 8}}, deployment(0, 0, 0), v1alpha1.ReasonPodsStarting},
		"a fixed number":                  {v1alpha1.RerankerSpec{Replicas: new(int32(2))}, deployment(0, 0, 0), v1alpha1.ReasonPodsStarting},
	} {
		s := Compute(complete(Input{Deployment: tc.d}, tc.spec)).Status
		if c := meta.FindStatusCondition(s.Conditions, v1alpha1.ConditionReady); c.Reason != tc.want {
			t.Errorf("%s: Ready = %s, want %s", name, c.Reason, tc.want)
		}
	}
}

func TestAPodThatServesAgainNeitherStallsNorIsUnready(t *testing.T) {
	t.Parallel()
	back := crashed("p", `{"reason":"ModelNotFound","message":"m"}`)
	back.Status.ContainerStatuses[0].Ready = true
	in := complete(Input{Deployment: deployment(2, 1, 2), Pods: []corev1.Pod{back}}, v1alpha1.RerankerSpec{Replicas: new(int32(2))})
	s := Compute(in).Status
	if got := line(s, v1alpha1.ConditionReady); got != "True Available: at least 2 pods serve" {
		t.Errorf("Ready = %q", got)
	}
	if got := line(s, v1alpha1.ConditionStalled); got != "" {
		t.Errorf("Stalled = %q", got)
	}
}
