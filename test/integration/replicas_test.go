// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// scaleTo writes the number of pods through the scale subresource, as an
// autoscaler does.
func scaleTo(t *testing.T, ns string, n int32) {
	t.Helper()
	d := get(t, ns, childName, &appsv1.Deployment{})
	s := &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: n}}
	if err := admin.SubResource("scale").Update(t.Context(), d, client.WithSubResourceBody(s), client.FieldOwner("autoscaler")); err != nil {
		t.Fatalf("scale to %d: %v", n, err)
	}
}

func replicas(t *testing.T, ns string) int32 {
	t.Helper()
	return *get(t, ns, childName, &appsv1.Deployment{}).Spec.Replicas
}

func waitForReplicas(t *testing.T, ns string, n int32) {
	t.Helper()
	waitForDeployment(t, ns)
	eventually(t, "the number of pods", func() error { return wantEqual(replicas(t, ns), n) })
}

func waitForDeployment(t *testing.T, ns string) {
	t.Helper()
	eventually(t, "the Deployment", func() error {
		return admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: childName}, &appsv1.Deployment{})
	})
}

// mustStay fails when passes of the operator move the number of pods.
func mustStay(t *testing.T, op *operator, ns string, n int32) {
	t.Helper()
	for range 5 {
		op.reconcile(t, ns)
	}
	if got := replicas(t, ns); got != n {
		t.Fatalf("replicas = %d, want %d: the operator moved them", got, n)
	}
}

func TestTheAutoscalerAloneMovesThePods(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 8}})
	waitForReplicas(t, ns, 2)
	for i := range 100 {
		want := int32(2 + i%7)
		scaleTo(t, ns, want)
		if i%10 == 0 {
			// A new template in the middle must not reset the number either.
			changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) {
				s.Limits = &v1alpha1.LimitsSpec{MaxDocuments: new(int32(100 + i))}
			})
		}
		op.reconcile(t, ns)
		if got := replicas(t, ns); got != want {
			t.Fatalf("pass %d: replicas = %d, want %d: the operator moved them", i, got, want)
		}
	}
}

func TestFixedReplicasAreKept(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Replicas: new(int32(4))})
	waitForReplicas(t, ns, 4)
	scaleTo(t, ns, 9)
	waitForReplicas(t, ns, 4)
}

func TestReplicasPassFromHandToHand(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	auto := &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 6}
	createReranker(t, ns, v1alpha1.RerankerSpec{Replicas: new(int32(4))})
	waitForReplicas(t, ns, 4)

	// Fixed to auto: no dip on the way.
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Replicas, s.Autoscaling = nil, auto })
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
	mustStay(t, op, ns, 4)
	scaleTo(t, ns, 6)
	mustStay(t, op, ns, 6)

	// Suspended: zero, and the autoscaler stays where it is.
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Suspend = new(true) })
	waitForReplicas(t, ns, 0)
	waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonSuspended)
	get(t, ns, childName, &autoscalingv2.HorizontalPodAutoscaler{})

	// Resumed: the autoscaler's least number.
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Suspend = nil })
	waitForReplicas(t, ns, 2)
	scaleTo(t, ns, 5)
	mustStay(t, op, ns, 5)

	// Back to fixed.
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Replicas, s.Autoscaling = new(int32(3)), nil })
	waitForReplicas(t, ns, 3)
}

func TestAnExternalAutoscalerIsLeftAlone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{
		Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 6, Owner: v1alpha1.AutoscalingExternal},
	})
	waitForReplicas(t, ns, 2)
	waitForCondition(t, ns, v1alpha1.ConditionAutoscalingActive, metav1.ConditionFalse, v1alpha1.ReasonExternalOwner)
	for _, n := range []int32{9, 1, 0, 3} {
		scaleTo(t, ns, n)
		mustStay(t, op, ns, n)
	}
}

func TestAForeignAutoscalerIsReported(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForReplicas(t, ns, 1)
	foreign := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "theirs", Namespace: ns},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: childName},
			MaxReplicas:    4,
		},
	}
	if err := admin.Create(t.Context(), foreign); err != nil {
		t.Fatalf("create an autoscaler: %v", err)
	}
	waitForCondition(t, ns, v1alpha1.ConditionAutoscalingActive, metav1.ConditionFalse, v1alpha1.ReasonForeignAutoscaler)
	if err := admin.Delete(t.Context(), foreign); err != nil {
		t.Fatalf("delete the autoscaler: %v", err)
	}
	waitForCondition(t, ns, v1alpha1.ConditionAutoscalingActive, metav1.ConditionUnknown, v1alpha1.ReasonAutoscalerPending)
}
