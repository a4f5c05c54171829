// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// failures are answers of an API server that is unwell.
var failures = map[string]error{
	"conflict":    apierrors.NewConflict(schema.GroupResource{Resource: "things"}, "x", errors.New("changed")),
	"unavailable": apierrors.NewServiceUnavailable("no"),
	"throttled":   apierrors.NewTooManyRequests("slow down", 1),
	"forbidden":   apierrors.NewForbidden(schema.GroupResource{Resource: "things"}, "x", errors.New("no")),
	"internal":    apierrors.NewInternalError(errors.New("boom")),
	"lost":        errors.New("connection reset by peer"),
}

// The work queue calls Reconcile again after an error or a wait. Whichever
// write fails, the same world must come out.
func TestAFailureAtAnyWriteIsOvercome(t *testing.T) {
	t.Parallel()
	scheme := testScheme(t)
	want, writes := converge(t, scheme, -1, nil)
	if writes < 8 {
		t.Fatalf("a first pass takes %d writes, want at least one for each child and one for status", writes)
	}
	for name, failure := range failures {
		for at := range writes {
			t.Run(fmt.Sprintf("%s at write %d", name, at), func(t *testing.T) {
				t.Parallel()
				got, _ := converge(t, scheme, at, failure)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the world (-without failure +with):\n%s", diff)
				}
			})
		}
	}
}

// converge reconciles until nothing is left to do, and returns the world and
// the number of writes.
func converge(t *testing.T, scheme *runtime.Scheme, failAt int, failure error) (map[string]any, int) {
	t.Helper()
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", Namespace: "rag", UID: "u1", Generation: 1}}
	rr.Spec.Autoscaling = &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 4}
	writes := 0
	r := failingReconciler(t, scheme, rr, func() error {
		defer func() { writes++ }()
		if writes == failAt {
			return failure
		}
		return nil
	})
	for quiet := 0; quiet < 2; {
		before := writes
		result, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKeyFromObject(rr)})
		if err == nil && result.RequeueAfter == 0 && writes == before {
			quiet++
		}
		if writes > 100 {
			t.Fatal("100 writes and no end")
		}
	}
	return world(t, r), writes
}

// world is what there is, without versions and times.
func world(t *testing.T, r *Reconciler) map[string]any {
	t.Helper()
	out := map[string]any{}
	kinds := []schema.GroupVersionKind{
		build.KindServiceAccount, build.KindConfigMap, appsv1.SchemeGroupVersion.WithKind("Deployment"), corev1.SchemeGroupVersion.WithKind("Service"),
		build.KindAutoscaler, build.KindDisruptionBudget, build.KindNetworkPolicy, v1alpha1.GroupVersion.WithKind(v1alpha1.Kind),
	}
	for _, kind := range kinds {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		if err := r.Client.List(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		for _, item := range list.Items {
			item.SetResourceVersion("")
			item.SetManagedFields(nil)
			out[kind.Kind+"/"+item.GetName()] = item.Object
		}
	}
	return out
}
