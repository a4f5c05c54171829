// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/managedfields"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// FuzzReconcile runs random Rerankers, allowed by the schema or not: no panic,
// and a second pass over an unchanged world writes nothing.
func FuzzReconcile(f *testing.F) {
	for seed := range uint64(32) {
		f.Add(seed)
	}
	scheme := testScheme(f)
	f.Fuzz(func(t *testing.T, seed uint64) {
		rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", Namespace: "rag", UID: "u1", Generation: 1}}
		rr.Spec = randomSpec(rand.New(rand.NewPCG(seed, 1)))
		r, writes := fakeReconciler(t, scheme, rr, randomPods(rand.New(rand.NewPCG(seed, 2)))...)
		req := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(rr)}
		for range 2 {
			if _, err := r.Reconcile(t.Context(), req); err != nil {
				t.Fatalf("reconcile: %v", err)
			}
		}
		if *writes == 0 {
			t.Fatal("the counter saw no write at all: it is not connected")
		}
		*writes = 0
		if _, err := r.Reconcile(t.Context(), req); err != nil {
			t.Fatalf("reconcile once more: %v", err)
		}
		if *writes != 0 {
			t.Errorf("a pass over a settled world wrote %d times", *writes)
		}
	})
}

func testScheme(t testing.TB) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	return scheme
}

// fakeReconciler counts its writes.
func fakeReconciler(t *testing.T, scheme *runtime.Scheme, rr *v1alpha1.Reranker, pods ...client.Object) (*Reconciler, *int) {
	t.Helper()
	writes := new(int)
	return failingReconciler(t, scheme, rr, func() error { *writes++; return nil }, pods...), writes
}

// failingReconciler asks before every write whether it fails.
func failingReconciler(t *testing.T, scheme *runtime.Scheme, rr *v1alpha1.Reranker, before func() error, pods ...client.Object) *Reconciler {
	t.Helper()
	c := fake.NewClientBuilder().WithScheme(scheme).
		WithObjects(append(pods, rr)...).
		WithStatusSubresource(rr).
		// Types deduced from the objects are enough here; the fake client's
		// own table does not merge a NetworkPolicy with named ports.
		WithTypeConverters(managedfields.NewDeducedTypeConverter()).
		WithIndex(&autoscalingv2.HorizontalPodAutoscaler{}, targetIndex, IndexTarget).
		WithInterceptorFuncs(interceptor.Funcs{
			Apply: func(ctx context.Context, c client.WithWatch, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
				if err := before(); err != nil {
					return err
				}
				return c.Apply(ctx, obj, opts...)
			},
			SubResourcePatch: func(ctx context.Context, c client.Client, sub string, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
				if err := before(); err != nil {
					return err
				}
				return c.SubResource(sub).Patch(ctx, obj, patch, opts...)
			},
			Delete: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.DeleteOption) error {
				if err := before(); err != nil {
					return err
				}
				return c.Delete(ctx, obj, opts...)
			},
		}).Build()
	return &Reconciler{
		Client: c, Reader: c, Recorder: events.NewFakeRecorder(1000), Image: "reranker:1",
		Now: func() time.Time { return time.Unix(1_000_000, 0) },
	}
}

func maybe[T any](r *rand.Rand, make func() T) *T {
	if r.IntN(2) == 0 {
		return nil
	}
	return new(make())
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func randomSpec(r *rand.Rand) v1alpha1.RerankerSpec {
	n := func(below int) func() int32 { return func() int32 { return int32(r.IntN(below)) } }
	spec := v1alpha1.RerankerSpec{
		Method:      pick[v1alpha1.Method](r, "", "classical", "quantum", "hybrid"),
		Suspend:     maybe(r, func() bool { return r.IntN(3) == 0 }),
		Replicas:    maybe(r, n(5)),
		MemoryLimit: maybe(r, func() resource.Quantity { return *resource.NewQuantity(r.Int64N(1<<33), resource.BinarySI) }),
		Autoscaling: maybe(r, func() v1alpha1.AutoscalingSpec {
			return v1alpha1.AutoscalingSpec{
				MinReplicas: maybe(r, n(5)), MaxReplicas: n(9)(), CPUUtilizationPercent: maybe(r, n(100)),
				Owner: pick[v1alpha1.AutoscalingOwner](r, "", "Operator", "External"),
				Metrics: pick(r, nil, []autoscalingv2.MetricSpec{{
					Type: autoscalingv2.ExternalMetricSourceType,
					External: &autoscalingv2.ExternalMetricSource{
						Metric: autoscalingv2.MetricIdentifier{Name: "m"},
						Target: autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: resource.NewQuantity(r.Int64N(9), resource.DecimalSI)},
					},
				}}),
				Behavior: maybe(r, func() autoscalingv2.HorizontalPodAutoscalerBehavior {
					return autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: maybe(r, n(9))}}
				}),
			}
		}),
		Targets: maybe(r, func() v1alpha1.TargetsSpec {
			return v1alpha1.TargetsSpec{RerankLatencyMilliseconds: maybe(r, n(20_000)), BatchDocuments: maybe(r, n(1000)), Policy: pick[v1alpha1.TargetsPolicy](r, "", "Enforce")}
		}),
		Limits: maybe(r, func() v1alpha1.LimitsSpec {
			return v1alpha1.LimitsSpec{MaxDocuments: maybe(r, n(1000)), RequestTimeoutMilliseconds: maybe(r, n(100_000))}
		}),
		Rollout: maybe(r, func() v1alpha1.RolloutSpec {
			return v1alpha1.RolloutSpec{MinReadySeconds: maybe(r, n(10)), UpgradePolicy: pick[v1alpha1.UpgradePolicy](r, "", "Auto")}
		}),
		NetworkPolicy: maybe(r, func() v1alpha1.NetworkPolicySpec {
			return v1alpha1.NetworkPolicySpec{Mode: pick[v1alpha1.Mode](r, "", "Disabled")}
		}),
		Model: maybe(r, func() v1alpha1.ModelSpec {
			return pick(r,
				v1alpha1.ModelSpec{Bundled: &v1alpha1.BundledModel{}},
				v1alpha1.ModelSpec{Image: &v1alpha1.ModelImage{Reference: "m", SubPath: "s"}},
				v1alpha1.ModelSpec{PersistentVolumeClaim: &v1alpha1.ModelClaim{ClaimName: "c"}})
		}),
	}
	spec.PodTemplate = maybe(r, func() v1alpha1.PodTemplateSpec {
		return v1alpha1.PodTemplateSpec{
			ServiceAccountName: pick(r, "", "mine"),
			NodeSelector:       map[string]string{"a": "b"},
			Tolerations:        []corev1.Toleration{{Key: "k"}},
			Env:                []corev1.EnvVar{{Name: "A"}, {Name: "B", Value: "1"}},
		}
	})
	return spec
}

func randomPods(r *rand.Rand) []client.Object {
	var out []client.Object
	for i := range r.IntN(4) {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: "p" + string(rune('a'+i)), Namespace: "rag",
			Labels: map[string]string{v1alpha1.LabelReranker: "search", v1alpha1.LabelTrack: v1alpha1.TrackStable},
		}}
		s := corev1.ContainerStatus{Ready: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			s.State.Waiting = &corev1.ContainerStateWaiting{Reason: pick(r, "ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff", "PodInitializing", "?")}
		}
		if r.IntN(2) == 0 {
			s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
				Reason: pick(r, "OOMKilled", "Error"), Message: pick(r, "", "{}", `{"reason":"ModelInvalid"}`, "\xff"),
				FinishedAt: metav1.Unix(1_000_000-int64(r.IntN(1200)), 0),
			}
		}
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{s}
		out = append(out, pod)
	}
	return out
}
