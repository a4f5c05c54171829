// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func ended(reason, message string, code int32) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Name: "reranker", RestartCount: 2,
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "back-off"}},
		LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			Reason: reason, Message: message, ExitCode: code, FinishedAt: metav1.Now(),
		}},
	}
}

func waiting(reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "reranker", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message},
	}}
}

var podTroubles = map[string]struct {
	container *corev1.ContainerStatus
	condition *corev1.PodCondition
	reason    string
	message   string
	stalled   bool
}{
	"an image that is not there": {
		container: new(waiting("ImagePullBackOff", "back-off pulling image")), reason: "ImagePullBackOff", message: "back-off pulling image",
	},
	"an image that may not be pulled": {
		container: new(waiting("ErrImageNeverPull", "not present")), reason: "ErrImageNeverPull", stalled: true,
	},
	"another model than expected": {
		container: new(ended("Error", `{"reason":"ModelDigestMismatch","message":"want sha256:aa, got sha256:bb"}`, 1)),
		reason:    "ModelDigestMismatch", message: "want sha256:aa, got sha256:bb", stalled: true,
	},
	"too little memory to start": {
		container: new(ended("Error", "a log line\n"+`{"reason":"MemoryTooSmall","message":"needs 400Mi"}`, 1)),
		reason:    "MemoryTooSmall", message: "needs 400Mi", stalled: true,
	},
	"too little memory to go on": {
		container: new(ended("OOMKilled", "", 137)), reason: "OOMKilled", message: "memoryLimit 2Gi",
	},
	"a crash without a word": {
		container: new(ended("Error", "panic: boom", 2)), reason: "CrashLoop", message: "exit code 2: panic: boom",
	},
	"a word that nobody knows": {
		container: new(ended("Error", `{"reason":"Ready","message":"all is well"}`, 3)), reason: "CrashLoop", message: "exit code 3",
	},
	"no node": {
		condition: &corev1.PodCondition{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available"},
		reason:    "Unschedulable", message: "0/3 nodes",
	},
}

func TestThePodsCauseStandsInTheConditions(t *testing.T) {
	t.Parallel()
	for what, tc := range podTroubles {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			startOperator(t, ns, releaseImage)
			createReranker(t, ns, v1alpha1.RerankerSpec{})
			waitForDeployment(t, ns)
			pod := createPod(t, ns, func(s *corev1.PodStatus) {
				if tc.container != nil {
					s.ContainerStatuses = []corev1.ContainerStatus{*tc.container}
				}
				if tc.condition != nil {
					s.Conditions = []corev1.PodCondition{*tc.condition}
				}
			})
			rr := waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, tc.reason)
			for _, c := range rr.Status.Conditions {
				if c.Type == v1alpha1.ConditionReady && !strings.Contains(c.Message, tc.message) {
					t.Errorf("message = %q, want it to contain %q", c.Message, tc.message)
				}
			}
			if tc.stalled {
				waitForCondition(t, ns, v1alpha1.ConditionStalled, metav1.ConditionTrue, tc.reason)
			}
			waitForWarning(t, ns, tc.reason)
			if err := admin.Delete(t.Context(), pod, client.GracePeriodSeconds(0)); err != nil {
				t.Fatalf("delete the pod: %v", err)
			}
			waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonPodsStarting)
		})
	}
}

// createPod makes a pod as the Deployment would, with a status as the kubelet
// would.
func createPod(t *testing.T, ns string, fill func(*corev1.PodStatus)) *corev1.Pod {
	t.Helper()
	d := get(t, ns, childName, &appsv1.Deployment{})
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: childName + "-", Namespace: ns, Labels: d.Spec.Template.Labels},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "reranker", Image: "x"}}},
	}
	if err := admin.Create(t.Context(), pod); err != nil {
		t.Fatalf("create a pod: %v", err)
	}
	fill(&pod.Status)
	if err := admin.Status().Update(t.Context(), pod); err != nil {
		t.Fatalf("write the pod's status: %v", err)
	}
	return pod
}

func waitForWarning(t *testing.T, ns, reason string) {
	t.Helper()
	eventually(t, "a warning event "+reason, func() error {
		var list eventsv1.EventList
		if err := admin.List(t.Context(), &list, client.InNamespace(ns)); err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.Reason == reason && e.Type == corev1.EventTypeWarning {
				return nil
			}
		}
		return wantEqual(len(list.Items), -1)
	})
}

func TestAQuotaIsNamed(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForDeployment(t, ns)
	d := get(t, ns, childName, &appsv1.Deployment{})
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Conditions: []appsv1.DeploymentCondition{{
		Type: appsv1.DeploymentReplicaFailure, Status: corev1.ConditionTrue, Reason: "FailedCreate",
		Message: `pods "x" is forbidden: exceeded quota: small, requested: memory=2Gi`,
	}}}
	if err := admin.Status().Update(t.Context(), d); err != nil {
		t.Fatalf("write the Deployment's status: %v", err)
	}
	waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonQuotaExceeded)
}

func TestAWrongTemplateIsSaidToBeWrong(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{PodTemplate: &v1alpha1.PodTemplateSpec{
		Tolerations: []corev1.Toleration{{Key: "a", Operator: "Perhaps"}},
	}})
	rr := waitForCondition(t, ns, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalidChild)
	if !strings.Contains(rr.Status.Conditions[0].Message, "Perhaps") {
		t.Errorf("message = %q, want it to name the value", rr.Status.Conditions[0].Message)
	}
}
