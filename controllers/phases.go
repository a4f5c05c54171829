// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/apply"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
	"github.com/quantumrerank/quantumrerank/controllers/internal/scale"
)

// runPhases writes what differs, in order, and stops at the first failure:
// what comes later needs what comes earlier.
func (r *Reconciler) runPhases(ctx context.Context, rr *v1alpha1.Reranker, obs *observed) outcome {
	writer := &apply.Writer{Client: r.Client, Reader: r.Reader}
	for _, child := range build.Children(obs.input) {
		result, err := writer.Ensure(ctx, rr, child)
		if err != nil {
			return classify(err)
		}
		r.note(ctx, rr, child, result)
		if err := r.keep(ctx, rr, obs, result); err != nil {
			return classify(err)
		}
	}
	if err := r.pruneConfigMaps(ctx, rr, obs); err != nil {
		return classify(err)
	}
	return outcome{}
}

// keep puts what was written in place of what was observed, because the cache
// learns of it only later, and follows the Deployment with its number of pods.
func (r *Reconciler) keep(ctx context.Context, rr *v1alpha1.Reranker, obs *observed, result apply.Result) error {
	switch live := result.Live.(type) {
	case *appsv1.Deployment:
		obs.deployment = live
		return r.ensureReplicas(ctx, rr, obs, result.Action == apply.Created)
	case *autoscalingv2.HorizontalPodAutoscaler:
		obs.autoscaler = live
	}
	return nil
}

// ensureReplicas writes the number of pods where it is the operator's to
// write; package scale has the rules.
func (r *Reconciler) ensureReplicas(ctx context.Context, rr *v1alpha1.Reranker, obs *observed, created bool) error {
	live := obs.deployment
	if live.Spec.Replicas == nil {
		return nil
	}
	count, write := scale.Decide(scale.Input{
		Suspended: rr.Spec.IsSuspended(),
		Effective: obs.input.Effective,
		Live:      *live.Spec.Replicas,
		Created:   created || apply.FirstReplicas(live, *live.Spec.Replicas),
		HeldByUs:  apply.HoldsReplicas(live),
	})
	if !write {
		return nil
	}
	logf.FromContext(ctx).V(1).Info("Set the number of pods", "from", *live.Spec.Replicas, "to", count)
	if err := r.Client.Apply(ctx, build.Replicas(obs.input, count), apply.ReplicasManager, client.ForceOwnership); err != nil {
		return fmt.Errorf("set the number of pods to %d: %w", count, err)
	}
	live.Spec.Replicas = &count
	// The Deployment's own status lags behind this write.
	live.Generation++
	return nil
}

// note logs a write, and records an event where it corrects somebody else's.
func (r *Reconciler) note(ctx context.Context, rr *v1alpha1.Reranker, child build.Child, result apply.Result) {
	if result.Action == apply.Unchanged {
		return
	}
	r.Metrics.wrote(child, result.Action)
	logf.FromContext(ctx).V(1).Info("Wrote a child", "kind", child.Kind.Kind, "child", child.Name, "action", result.Action.String())
	if result.Action == apply.Corrected {
		r.tellDrift(rr, child, result.By)
	}
}
