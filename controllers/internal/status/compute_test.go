// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func deployment(wanted, updated, available int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Generation: 2},
		Spec:       appsv1.DeploymentSpec{Replicas: &wanted},
		Status: appsv1.DeploymentStatus{
			ObservedGeneration: 2, Replicas: wanted, UpdatedReplicas: updated, ReadyReplicas: available, AvailableReplicas: available,
		},
	}
}

func crashed(name, message string) corev1.Pod {
	return corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{
		LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			Reason: "Error", ExitCode: 1, Message: message, FinishedAt: metav1.NewTime(now.Add(-time.Minute)),
		}},
	}}}}
}

func oomThenReady(ago time.Duration) corev1.Pod {
	pod := crashed("p", "")
	s := &pod.Status.ContainerStatuses[0]
	s.Ready = true
	s.LastTerminationState.Terminated.Reason = "OOMKilled"
	s.LastTerminationState.Terminated.FinishedAt = metav1.NewTime(now.Add(-ago))
	return pod
}

func evicted(ago time.Duration) corev1.Pod {
	pod := crashed("p", "")
	pod.Status.Phase, pod.Status.Reason, pod.Status.Message = corev1.PodFailed, "Evicted", "The node was low on resource: memory. "
	s := &pod.Status.ContainerStatuses[0]
	s.State, s.LastTerminationState = s.LastTerminationState, corev1.ContainerState{}
	s.State.Terminated.FinishedAt = metav1.NewTime(now.Add(-ago))
	return pod
}

// An evicted pod stays in the cluster for as long as nobody deletes it.
func TestAnEvictionPasses(t *testing.T) {
	t.Parallel()
	in := complete(Input{Deployment: deployment(1, 1, 1), Pods: []corev1.Pod{evicted(4 * time.Minute)}}, v1alpha1.RerankerSpec{})
	out := Compute(in)
	c := meta.FindStatusCondition(out.Status.Conditions, v1alpha1.ConditionDegraded)
	if want := "pod p: Evicted: The node was low on resource: memory."; c.Reason != v1alpha1.ReasonPodEnded || c.Message != want || out.RecheckAfter != 6*time.Minute {
		t.Errorf("Degraded = %+v, look again after %s; want %q and 6m", c, out.RecheckAfter, want)
	}
	in.Now = in.Now.Add(out.RecheckAfter)
	if out := Compute(in); !meta.IsStatusConditionFalse(out.Status.Conditions, v1alpha1.ConditionDegraded) || out.RecheckAfter != 0 {
		t.Errorf("afterwards: %s", summary(out.Status))
	}
}

func unmounted(ago time.Duration) corev1.Pod {
	return corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Status: corev1.PodStatus{
		Phase: corev1.PodPending, StartTime: new(metav1.NewTime(now.Add(-ago))),
		Conditions: []corev1.PodCondition{{Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionFalse}},
	}}
}

func TestAMissingVolumeIsLookedForAgain(t *testing.T) {
	t.Parallel()
	spec := v1alpha1.RerankerSpec{Auth: &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "keys"}}}
	in := complete(Input{Deployment: deployment(1, 1, 0), Pods: []corev1.Pod{unmounted(4 * time.Second)}}, spec)
	if got := Compute(in).RecheckAfter; got != mountsWithin-4*time.Second {
		t.Errorf("RecheckAfter = %s, want %s", got, mountsWithin-4*time.Second)
	}
	in.Now = in.Now.Add(mountsWithin)
	out := Compute(in)
	c := meta.FindStatusCondition(out.Status.Conditions, v1alpha1.ConditionReady)
	if out.RecheckAfter != 0 || c.Reason != v1alpha1.ReasonVolumesPending || !strings.Contains(c.Message, `Secret "keys"`) {
		t.Errorf("RecheckAfter = %s, Ready = %+v; want 0 and the Secret's name", out.RecheckAfter, c)
	}
}

// summary is "Type=Status/Reason" of every condition, in order of appearance.
func summary(s v1alpha1.RerankerStatus) string {
	var out []string
	for _, c := range s.Conditions {
		out = append(out, c.Type+"="+string(c.Status)+"/"+c.Reason)
	}
	return strings.Join(out, " ")
}

func TestConditions(t *testing.T) {
	t.Parallel()
	two := v1alpha1.RerankerSpec{Replicas: new(int32(2))}
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		in   Input
		want string
	}{
		"nothing yet": {
			two,
			Input{},
			"Ready=False/PodsStarting Available=False/PodsStarting ModelLoaded=Unknown/Loading TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"all serve": {
			two,
			Input{Deployment: deployment(2, 2, 2)},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
		"a rollout that goes well": {
			two,
			Input{Deployment: deployment(2, 1, 2)},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"a rollout that fails while old pods serve": {
			two,
			Input{Deployment: deployment(2, 1, 2), Pods: []corev1.Pod{crashed("p", `{"reason":"ModelNotFound","message":"no file"}`)}},
			"Ready=False/ModelNotFound Available=True/Available ModelLoaded=False/ModelNotFound TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=True/ModelNotFound AccessControlled=False/NoKeys Stalled=True/ModelNotFound",
		},
		"a rollout while an evicted pod's successor serves": {
			two,
			Input{Deployment: deployment(2, 1, 2), Pods: []corev1.Pod{evicted(time.Minute)}},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=True/PodEnded AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"pods are evicted again and again": {
			two,
			Input{Deployment: deployment(2, 2, 0), Pods: []corev1.Pod{evicted(time.Minute)}},
			"Ready=False/PodEnded Available=False/PodsStarting ModelLoaded=Unknown/Loading TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"one of two pods crashes": {
			two,
			Input{Deployment: deployment(2, 2, 1), Pods: []corev1.Pod{crashed("p", "boom")}},
			"Ready=False/CrashLoop Available=False/PodsStarting ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=True/CrashLoop AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"a pod was killed for memory and serves again": {
			two,
			Input{Deployment: deployment(2, 2, 2), Pods: []corev1.Pod{oomThenReady(time.Minute)}},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=True/OOMKilled AccessControlled=False/NoKeys",
		},
		"that was long ago": {
			two,
			Input{Deployment: deployment(2, 2, 2), Pods: []corev1.Pod{oomThenReady(time.Hour)}},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
		"a volume that does not come": {
			two,
			Input{Deployment: deployment(2, 2, 0), Pods: []corev1.Pod{unmounted(time.Minute)}},
			"Ready=False/VolumesPending Available=False/PodsStarting ModelLoaded=Unknown/Loading TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"a volume that may still come": {
			two,
			Input{Deployment: deployment(2, 2, 0), Pods: []corev1.Pod{unmounted(time.Second)}},
			"Ready=False/PodsStarting Available=False/PodsStarting ModelLoaded=Unknown/Loading TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"suspended": {
			v1alpha1.RerankerSpec{Suspend: new(true)},
			Input{Deployment: deployment(0, 0, 0)},
			"Ready=False/Suspended Available=False/Suspended ModelLoaded=Unknown/Suspended TargetsMet=Unknown/NoPods AutoscalingActive=False/Suspended Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
		"scaled to zero": {
			v1alpha1.RerankerSpec{Replicas: new(int32(0))},
			Input{Deployment: deployment(0, 0, 0)},
			"Ready=False/ScaledToZero Available=False/ScaledToZero ModelLoaded=Unknown/ScaledToZero TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
		"an autoscaler grows and a pod finds no node": {
			v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 8}},
			Input{Deployment: deployment(5, 5, 4), Pods: []corev1.Pod{withoutNode()}},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=Unknown/AutoscalerPending Degraded=True/Unschedulable AccessControlled=False/NoKeys Reconciling=True/RollingOut",
		},
		"an external autoscaler wants none": {
			v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 8, Owner: v1alpha1.AutoscalingExternal}},
			Input{Deployment: deployment(0, 0, 0)},
			"Ready=False/ScaledToZero Available=False/ScaledToZero ModelLoaded=Unknown/ScaledToZero TargetsMet=Unknown/NoPods AutoscalingActive=False/ExternalOwner Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
		"a child that somebody must move": {
			two,
			Input{Failure: &Failure{Reason: "NameConflict", Message: "m", Terminal: true}},
			"Ready=False/NameConflict Available=False/PodsStarting ModelLoaded=Unknown/Loading TargetsMet=Unknown/NoPods AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Stalled=True/NameConflict",
		},
		"a child that time will move": {
			two,
			Input{Deployment: deployment(2, 2, 2), Failure: &Failure{Reason: "ApplyFailed", Message: "m"}},
			"Ready=False/ApplyFailed Available=True/Available ModelLoaded=True/Loaded TargetsMet=Unknown/WarmingUp AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys Reconciling=True/ApplyFailed",
		},
		"targets that are missed do not make it unready": {
			two,
			Input{Deployment: deployment(2, 2, 2), Targets: &Targets{Status: "False", Reason: "RerankTooSlow", Message: "m"}},
			"Ready=True/Available Available=True/Available ModelLoaded=True/Loaded TargetsMet=False/RerankTooSlow AutoscalingActive=False/FixedReplicas Degraded=False/Healthy AccessControlled=False/NoKeys",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := Compute(complete(tc.in, tc.spec))
			if diff := cmp.Diff(strings.Fields(tc.want), strings.Fields(summary(out.Status))); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
		})
	}
}

func complete(in Input, spec v1alpha1.RerankerSpec) Input {
	in.Reranker = &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", Generation: 7}, Spec: spec}
	in.Effective = v1alpha1.Resolve("search", &spec, "i")
	in.Now = now
	return in
}

func TestStatusIsStableAndForgets(t *testing.T) {
	t.Parallel()
	spec := v1alpha1.RerankerSpec{Replicas: new(int32(2))}
	in := complete(Input{Deployment: deployment(2, 2, 2), Pods: []corev1.Pod{oomThenReady(time.Minute)}}, spec)
	first := Compute(in)
	if first.RecheckAfter != recent-time.Minute {
		t.Errorf("RecheckAfter = %s, want %s", first.RecheckAfter, recent-time.Minute)
	}
	in.Reranker.Status = first.Status
	in.Now = now.Add(30 * time.Second)
	second := Compute(in)
	if diff := cmp.Diff(first.Status, second.Status); diff != "" {
		t.Errorf("the same observation gave another status (-first +second):\n%s", diff)
	}
	in.Reranker.Status = second.Status
	in.Now = now.Add(recent)
	third := Compute(in)
	if !meta.IsStatusConditionFalse(third.Status.Conditions, v1alpha1.ConditionDegraded) {
		t.Error("Degraded did not end with time")
	}
	if third.RecheckAfter != 0 {
		t.Errorf("RecheckAfter = %s, want none: nothing is left to forget", third.RecheckAfter)
	}
}

func TestPauseTouchesNothingElse(t *testing.T) {
	t.Parallel()
	in := complete(Input{Deployment: deployment(2, 2, 2)}, v1alpha1.RerankerSpec{})
	in.Reranker.Status = Compute(in).Status
	paused := ComputePaused(in).Status
	meta.RemoveStatusCondition(&paused.Conditions, v1alpha1.ConditionPaused)
	if diff := cmp.Diff(in.Reranker.Status, paused); diff != "" {
		t.Errorf("pause changed (-before +after):\n%s", diff)
	}
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	cond := func(kind string, status metav1.ConditionStatus, reason string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: "m"}
	}
	for name, tc := range map[string]struct {
		before, after []metav1.Condition
		want          []Transition
	}{
		"no change": {
			[]metav1.Condition{cond("Ready", isTrue, "Available")}, []metav1.Condition{cond("Ready", isTrue, "Available")}, nil,
		},
		"ready": {
			[]metav1.Condition{cond("Ready", isFalse, "PodsStarting")},
			[]metav1.Condition{cond("Ready", isTrue, "Available")},
			[]Transition{{"Ready", "Normal", "Available", "m"}},
		},
		"starting is no trouble": {
			nil,
			[]metav1.Condition{cond("Ready", isFalse, "PodsStarting"), cond("Degraded", isFalse, "Healthy")},
			[]Transition{{"Ready", "Normal", "PodsStarting", "m"}},
		},
		"trouble": {
			[]metav1.Condition{cond("Ready", isFalse, "PodsStarting")},
			[]metav1.Condition{cond("Ready", isFalse, "OOMKilled"), cond("Stalled", isTrue, "OOMKilled")},
			// Stalled says the same: once is enough.
			[]Transition{{"Ready", "Warning", "OOMKilled", "m"}},
		},
		"unknown is no news": {
			[]metav1.Condition{cond("TargetsMet", isTrue, "WithinTargets")}, []metav1.Condition{cond("TargetsMet", unknown, "NoTraffic")}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Transitions(tc.before, tc.after)); diff != "" {
				t.Errorf("Transitions (-want +got):\n%s", diff)
			}
		})
	}
}

func withoutNode() corev1.Pod {
	p := corev1.Pod{}
	p.Name = "p"
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: "0/3 nodes are available"}}
	return p
}
