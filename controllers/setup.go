// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/slo"
)

var replicaSetKind = appsv1.SchemeGroupVersion.WithKind("ReplicaSet")

// targetIndex finds autoscalers by the Deployment that they move.
const targetIndex = "spec.scaleTargetRef.name"

// nameSuffix is what build.Name adds to the name of a Reranker.
const nameSuffix = "-reranker"

// NewWatcher makes the watcher of targets for a Reconciler.
func NewWatcher(c client.Client) *slo.Watcher { return slo.NewWatcher(c) }

// SetupWithManager starts the reconciler with a manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, workers int) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &autoscalingv2.HorizontalPodAutoscaler{}, targetIndex, IndexTarget)
	if err != nil {
		return err
	}
	b := ctrl.NewControllerManagedBy(mgr)
	if r.Watcher != nil {
		if err := mgr.Add(r.Watcher); err != nil {
			return err
		}
		b = b.WatchesRawSource(source.Channel(r.Watcher.Changed, &handler.EnqueueRequestForObject{}))
	}
	if r.Kinds != nil {
		if err := mgr.Add(r.Kinds); err != nil {
			return err
		}
		b = b.WatchesRawSource(source.Channel(r.Kinds.Changed, &handler.EnqueueRequestForObject{}))
	}
	return b.
		Named("reranker").
		For(&v1alpha1.Reranker{}, builder.WithPredicates(predicate.Or(
			predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{}))).
		Owns(&appsv1.Deployment{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ServiceAccount{}).
		Owns(&corev1.ConfigMap{}).
		Owns(&policyv1.PodDisruptionBudget{}).
		Owns(&networkingv1.NetworkPolicy{}).
		Watches(&autoscalingv2.HorizontalPodAutoscaler{}, handler.EnqueueRequestsFromMapFunc(ofTarget)).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(ofLabel)).
		// A standby that waits for the lease has its caches full already.
		WithOptions(controller.Options{MaxConcurrentReconciles: workers, EnableWarmup: new(true)}).
		Complete(r)
}

// IndexTarget is the index function of targetIndex.
func IndexTarget(obj client.Object) []string {
	ref := obj.(*autoscalingv2.HorizontalPodAutoscaler).Spec.ScaleTargetRef
	if ref.Kind != "Deployment" {
		return nil
	}
	return []string{ref.Name}
}

// ofTarget maps an autoscaler to the Reranker that owns it and to the one
// whose Deployment it moves: a foreign autoscaler has no owner that leads
// there.
func ofTarget(_ context.Context, obj client.Object) []reconcile.Request {
	var out []reconcile.Request
	if c := metav1.GetControllerOf(obj); c != nil && c.Kind == v1alpha1.Kind {
		out = append(out, request(obj.GetNamespace(), c.Name))
	}
	for _, target := range IndexTarget(obj) {
		if name, ok := strings.CutSuffix(target, nameSuffix); ok {
			out = append(out, request(obj.GetNamespace(), name))
		}
	}
	return out
}

// ofLabel maps a pod to its Reranker.
func ofLabel(_ context.Context, obj client.Object) []reconcile.Request {
	if name := obj.GetLabels()[v1alpha1.LabelReranker]; name != "" {
		return []reconcile.Request{request(obj.GetNamespace(), name)}
	}
	return nil
}

func request(namespace, name string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: name}}
}
