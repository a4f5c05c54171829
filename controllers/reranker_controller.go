// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/apply"
	"github.com/quantumrerank/quantumrerank/controllers/internal/slo"
	"github.com/quantumrerank/quantumrerank/controllers/internal/status"
)

// +kubebuilder:rbac:groups=quantumrerank.io,resources=rerankers,verbs=get;list;watch
// +kubebuilder:rbac:groups=quantumrerank.io,resources=rerankers/status,verbs=get;patch
// +kubebuilder:rbac:groups=quantumrerank.io,resources=rerankers/finalizers,verbs=update
// +kubebuilder:rbac:groups=apps,resources=deployments,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups=apps,resources=replicasets,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=services,verbs=get;list;watch;create;patch
// +kubebuilder:rbac:groups="",resources=serviceaccounts;configmaps,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=autoscaling,resources=horizontalpodautoscalers,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=networkpolicies,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconciler reconciles Rerankers.
type Reconciler struct {
	// Client reads from the manager's cache and writes.
	Client client.Client
	// Reader reads past the cache.
	Reader client.Reader
	// Recorder records events.
	Recorder events.EventRecorder
	// Image is the pods' image where a Reranker names none.
	Image string
	// Version is that of the operator.
	Version string
	// OperatorNamespace is where the operator runs; empty outside a cluster.
	OperatorNamespace string
	// Watcher reports on targets; nil watches none.
	Watcher *slo.Watcher
	// Kinds knows the cluster's optional kinds; nil knows none.
	Kinds *Kinds
	// Metrics counts; nil counts nothing.
	Metrics *Metrics
	// Now is the clock.
	Now func() time.Time
}

// Reconcile moves one Reranker a step closer to its spec. It reads everything
// first, decides with pure functions, applies, and writes status once,
// whatever happened.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var rr v1alpha1.Reranker
	if err := r.Client.Get(ctx, req.NamespacedName, &rr); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if rr.DeletionTimestamp != nil {
		// Writing children now would keep a foreground deletion from ending.
		return ctrl.Result{}, nil
	}
	if rr.Annotations[v1alpha1.AnnotationPaused] == "true" {
		out := status.ComputePaused(status.Input{Reranker: &rr, Now: r.Now()})
		return again(r.writeStatus(ctx, &rr, out.Status))
	}
	obs, err := r.observe(ctx, &rr)
	if err != nil {
		return ctrl.Result{}, err
	}
	return r.finish(ctx, &rr, obs, r.runPhases(ctx, &rr, obs))
}

// finish writes the status that follows from what was observed and done, and
// says when to look again.
func (r *Reconciler) finish(ctx context.Context, rr *v1alpha1.Reranker, obs *observed, o outcome) (ctrl.Result, error) {
	out := status.Compute(obs.statusInput(rr, o, r.Now()))
	if err := r.writeStatus(ctx, rr, out.Status); err != nil {
		return again(err)
	}
	if o.retry != nil {
		return ctrl.Result{}, o.retry
	}
	return ctrl.Result{RequeueAfter: soonest(o.recheckAfter, out.RecheckAfter)}, nil
}

// staleRecheck is how long the cache is given to catch up.
const staleRecheck = 100 * time.Millisecond

// again turns the outcome of a status write into a result. A conflict only
// means that the cache is behind the last write. Nothing else would bring the
// next pass: a change of status alone does not.
func again(err error) (ctrl.Result, error) {
	if apierrors.IsConflict(err) {
		return ctrl.Result{RequeueAfter: staleRecheck}, nil
	}
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// writeStatus patches status if it changed, and tells of transitions once that
// is stored.
func (r *Reconciler) writeStatus(ctx context.Context, rr *v1alpha1.Reranker, next v1alpha1.RerankerStatus) error {
	if equality.Semantic.DeepEqual(rr.Status, next) {
		return nil
	}
	before := rr.DeepCopy()
	rr.Status = next
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	err := r.Client.Status().Patch(ctx, rr, patch, apply.Manager)
	if err != nil {
		return fmt.Errorf("write the status: %w", err)
	}
	r.tell(rr, status.Transitions(before.Status.Conditions, next.Conditions))
	return nil
}

// soonest is the shorter of two waits, where zero means none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
