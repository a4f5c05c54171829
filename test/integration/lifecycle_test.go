// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

func TestThreeLinesBecomeEverythingThatServes(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Method: "hybrid"})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	rr := waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonPodsStarting)
	if !meta.IsStatusConditionTrue(rr.Status.Conditions, v1alpha1.ConditionReconciling) {
		t.Error("Reconciling is not True while pods start")
	}
	serve(t, ns)
	settle(t, op, ns)

	rr = get(t, ns, name, &v1alpha1.Reranker{})
	if want := "http://search-reranker." + ns + ".svc"; rr.Status.URL != want {
		t.Errorf("url = %q, want %q", rr.Status.URL, want)
	}
	if rr.Status.Pods != "1/1" || rr.Status.ObservedGeneration != rr.Generation {
		t.Errorf("pods = %q, observedGeneration = %d; want 1/1 and %d", rr.Status.Pods, rr.Status.ObservedGeneration, rr.Generation)
	}
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled, v1alpha1.ConditionPaused} {
		if meta.FindStatusCondition(rr.Status.Conditions, kind) != nil {
			t.Errorf("condition %s is present in a healthy Reranker", kind)
		}
	}
	checkPod(t, ns)
}

// checkPod compares what the pod is told with what status says is in force.
func checkPod(t *testing.T, ns string) {
	t.Helper()
	d := get(t, ns, childName, &appsv1.Deployment{})
	c := d.Spec.Template.Spec.Containers[0]
	if c.Image != releaseImage {
		t.Errorf("image = %q, want %q", c.Image, releaseImage)
	}
	if got := c.Resources.Requests.Memory().String(); got != "2Gi" || got != c.Resources.Limits.Memory().String() {
		t.Errorf("memory request = %s, limit = %s; want 2Gi for both", got, c.Resources.Limits.Memory())
	}
	m := get(t, ns, d.Spec.Template.Spec.Volumes[0].ConfigMap.Name, &corev1.ConfigMap{})
	var s contract.Settings
	if err := json.Unmarshal([]byte(m.Data[contract.SettingsKey]), &s); err != nil {
		t.Fatalf("read the settings: %v", err)
	}
	if s.Method != "hybrid" || s.MemoryLimit != 2<<30 || s.Limits.MaxDocuments != 1000 {
		t.Errorf("settings = %+v", s)
	}
}

func TestAnEmptySpecIsStoredUnchanged(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, op, ns)
	rr := get(t, ns, name, &v1alpha1.Reranker{})
	if diff := cmp.Diff(v1alpha1.RerankerSpec{}, rr.Spec); diff != "" {
		t.Errorf("spec changed (-want +got):\n%s", diff)
	}
	if rr.Generation != 1 {
		t.Errorf("generation = %d, want 1: something wrote spec", rr.Generation)
	}
}

func TestASettledRerankerCausesNoWrites(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, fullSpec())
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
	serve(t, ns)
	settle(t, op, ns)
	before := op.writes.Load()
	if before == 0 {
		t.Fatal("the counter saw no write at all: it is not connected")
	}
	for range 100 {
		op.reconcile(t, ns)
	}
	if after := op.writes.Load(); after != before {
		t.Errorf("100 reconciles of a settled Reranker wrote %d times: %v", after-before, op.list()[before:])
	}
}

func TestARestartedOperatorChangesNothing(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	first := startOperator(t, ns, releaseImage)
	createReranker(t, ns, fullSpec())
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
	serve(t, ns)
	settle(t, first, ns)
	first.stop()
	before := get(t, ns, childName, &appsv1.Deployment{})

	second := startOperator(t, ns, "quantumrerank/reranker:v2")
	for range 10 {
		second.reconcile(t, ns)
	}
	if n := second.writes.Load(); n != 0 {
		t.Errorf("a new operator wrote %d times: %v", n, second.list())
	}
	after := get(t, ns, childName, &appsv1.Deployment{})
	if before.ResourceVersion != after.ResourceVersion {
		t.Error("the Deployment changed under a new operator")
	}
}

func TestUpgradePolicyAutoRollsToTheNewRelease(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	first := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Rollout: &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, first, ns)
	first.stop()
	startOperator(t, ns, "quantumrerank/reranker:v2")
	eventually(t, "the image is the new release's", func() error {
		d := get(t, ns, childName, &appsv1.Deployment{})
		return wantEqual(d.Spec.Template.Spec.Containers[0].Image, "quantumrerank/reranker:v2")
	})
}

func TestAChangeOfMethodRollsTheTemplate(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Method: "hybrid"})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, op, ns)
	before := get(t, ns, childName, &appsv1.Deployment{})
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Method = "classical" })
	eventually(t, "the template changes", func() error {
		d := get(t, ns, childName, &appsv1.Deployment{})
		return wantNot(d.Spec.Template.Labels[v1alpha1.LabelSettings], before.Spec.Template.Labels[v1alpha1.LabelSettings])
	})
	rr := waitForCondition(t, ns, v1alpha1.ConditionReconciling, metav1.ConditionTrue, v1alpha1.ReasonRollingOut)
	if rr.Status.Effective.Method != "classical" || rr.Status.Effective.Quantum != nil {
		t.Errorf("effective = %+v", rr.Status.Effective)
	}
	serve(t, ns)
	settle(t, op, ns)
}

func TestOldSettingsGoWithTheirReplicaSets(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{Method: "hybrid"})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	d := get(t, ns, childName, &appsv1.Deployment{})
	old := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Name: childName + "-1", Namespace: ns, Labels: d.Spec.Template.Labels},
		Spec:       appsv1.ReplicaSetSpec{Selector: d.Spec.Selector, Template: d.Spec.Template},
	}
	if err := admin.Create(t.Context(), old); err != nil {
		t.Fatalf("create a ReplicaSet: %v", err)
	}
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Method = "classical" })
	eventually(t, "both settings are there", func() error { return wantConfigMaps(t, ns, 2) })
	if err := admin.Delete(t.Context(), old); err != nil {
		t.Fatalf("delete the ReplicaSet: %v", err)
	}
	eventually(t, "the old settings are gone", func() error {
		op.reconcile(t, ns)
		return wantConfigMaps(t, ns, 1)
	})
}

func TestChildrenThatAreNoLongerWantedGo(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, fullSpec())
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) {
		s.Autoscaling, s.Replicas, s.Targets = nil, new(int32(1)), nil
		s.NetworkPolicy = &v1alpha1.NetworkPolicySpec{Mode: v1alpha1.ModeDisabled}
		s.PodTemplate = &v1alpha1.PodTemplateSpec{ServiceAccountName: "mine"}
	})
	waitForChildren(t, ns, "Deployment", "Service")
	d := get(t, ns, childName, &appsv1.Deployment{})
	if got := d.Spec.Template.Spec.NodeSelector; len(got) != 0 {
		t.Errorf("nodeSelector = %v, want none: it is no longer wanted", got)
	}
}

func TestBoundsReachTheAutoscalerAndTheBudget(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, fullSpec())
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy")
	hpa := get(t, ns, childName, &autoscalingv2.HorizontalPodAutoscaler{})
	if *hpa.Spec.MinReplicas != 2 || hpa.Spec.MaxReplicas != 8 {
		t.Errorf("bounds = %d..%d, want 2..8", *hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas)
	}
	pdb := get(t, ns, childName, &policyv1.PodDisruptionBudget{})
	if pdb.Spec.MaxUnavailable.IntValue() != 1 || *pdb.Spec.UnhealthyPodEvictionPolicy != policyv1.AlwaysAllow {
		t.Errorf("budget = %+v", pdb.Spec)
	}
}

func TestDeletionIsNotHeldUp(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]metav1.DeletionPropagation{
		"background": metav1.DeletePropagationBackground,
		"foreground": metav1.DeletePropagationForeground,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			op := startOperator(t, ns, releaseImage)
			rr := createReranker(t, ns, v1alpha1.RerankerSpec{})
			waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
			serve(t, ns)
			settle(t, op, ns)
			if err := admin.Delete(t.Context(), rr, client.PropagationPolicy(policy)); err != nil {
				t.Fatalf("delete: %v", err)
			}
			eventually(t, "the operator knows", func() error { return op.knowsOfDeletion(t, ns) })
			// The garbage collector is not running; play it, and see that
			// nothing comes back.
			for kind, obj := range children() {
				obj.SetNamespace(ns)
				obj.SetName(childName)
				if err := client.IgnoreNotFound(admin.Delete(t.Context(), obj)); err != nil {
					t.Fatalf("delete the %s: %v", kind, err)
				}
			}
			before := op.writes.Load()
			for range 10 {
				op.reconcile(t, ns)
			}
			waitForChildren(t, ns)
			if after := op.writes.Load(); after != before {
				t.Errorf("the operator wrote during deletion: %v", op.list()[before:])
			}
		})
	}
}

func TestAPausedRerankerIsLeftAlone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	rr := createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, op, ns)
	change(t, rr, func(rr *v1alpha1.Reranker) {
		rr.Annotations = map[string]string{v1alpha1.AnnotationPaused: "true"}
	})
	waitForCondition(t, ns, v1alpha1.ConditionPaused, metav1.ConditionTrue, v1alpha1.ReasonPaused)
	quiesce(t, op)
	before := op.writes.Load()
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Method = "quantum" })
	if err := admin.Delete(t.Context(), get(t, ns, childName, &corev1.Service{})); err != nil {
		t.Fatalf("delete the Service: %v", err)
	}
	// The condition follows the new generation; nothing else may be written.
	waitForCondition(t, ns, v1alpha1.ConditionPaused, metav1.ConditionTrue, v1alpha1.ReasonPaused)
	for range 10 {
		op.reconcile(t, ns)
	}
	for _, write := range op.list()[before:] {
		if !strings.HasSuffix(write, "/rerankers/"+name+"/status") {
			t.Errorf("a paused Reranker caused a write: %s", write)
		}
	}
	if err := wantConfigMaps(t, ns, 1); err != nil {
		t.Errorf("a paused Reranker was changed: %v", err)
	}
	change(t, rr, func(rr *v1alpha1.Reranker) { rr.Annotations = nil })
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	eventually(t, "the change arrives", func() error {
		return wantEqual(get(t, ns, name, &v1alpha1.Reranker{}).Status.Effective.Method, "quantum")
	})
	if meta.FindStatusCondition(get(t, ns, name, &v1alpha1.Reranker{}).Status.Conditions, v1alpha1.ConditionPaused) != nil {
		t.Error("Paused is still there")
	}
}
