// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
	"github.com/quantumrerank/quantumrerank/controllers/internal/slo"
	"github.com/quantumrerank/quantumrerank/controllers/internal/status"
)

// observed is everything that one reconcile knows.
type observed struct {
	input      build.Input
	deployment *appsv1.Deployment
	autoscaler *autoscalingv2.HorizontalPodAutoscaler
	// foreignAutoscaler names another autoscaler of the same Deployment.
	foreignAutoscaler string
	pods              []corev1.Pod
	// report is what the watcher published; nil before the first.
	report *slo.Report
}

// observe reads from the cache, and the Deployment from the API server where the
// cache has none.
func (r *Reconciler) observe(ctx context.Context, rr *v1alpha1.Reranker) (*observed, error) {
	obs := &observed{}
	key := client.ObjectKey{Namespace: rr.Namespace, Name: build.Name(rr)}
	var deployment appsv1.Deployment
	if found, err := r.get(ctx, rr, key, &deployment); err != nil {
		return nil, err
	} else if found {
		obs.deployment = &deployment
	}
	if err := r.observeAutoscalers(ctx, rr, key, obs); err != nil {
		return nil, err
	}
	var pods corev1.PodList
	if err := r.Client.List(ctx, &pods, client.InNamespace(rr.Namespace), client.MatchingLabels(build.SelectorLabels(rr))); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	obs.pods = pods.Items
	obs.input = build.NewInputOver(rr, obs.deployment, build.Release{Image: r.Image, Version: r.Version})
	obs.input.OperatorNamespace = r.OperatorNamespace
	obs.input.Monitoring = r.Kinds.Monitoring()
	r.observeTargets(rr, obs)
	return obs, nil
}

// get reads an object that counts only if the Reranker controls it.
func (r *Reconciler) get(ctx context.Context, rr *v1alpha1.Reranker, key client.ObjectKey, obj client.Object) (bool, error) {
	err := r.Client.Get(ctx, key, obj)
	if apierrors.IsNotFound(err) {
		// The cache holds only what carries the operator's label.
		err = r.Reader.Get(ctx, key, obj)
	}
	if err != nil {
		if client.IgnoreNotFound(err) == nil {
			return false, nil
		}
		return false, fmt.Errorf("get %T %s: %w", obj, key, err)
	}
	return metav1.IsControlledBy(obj, rr), nil
}

func (r *Reconciler) observeAutoscalers(ctx context.Context, rr *v1alpha1.Reranker, key client.ObjectKey, obs *observed) error {
	var list autoscalingv2.HorizontalPodAutoscalerList
	err := r.Client.List(ctx, &list, client.InNamespace(key.Namespace), client.MatchingFields{targetIndex: key.Name})
	if err != nil {
		return fmt.Errorf("list autoscalers: %w", err)
	}
	for i := range list.Items {
		if metav1.IsControlledBy(&list.Items[i], rr) {
			obs.autoscaler = &list.Items[i]
		} else if name := list.Items[i].Name; obs.foreignAutoscaler == "" || name < obs.foreignAutoscaler {
			obs.foreignAutoscaler = name
		}
	}
	return nil
}

// observeTargets takes over what the watcher found. Before its first report the
// floor is the one that the autoscaler has.
func (r *Reconciler) observeTargets(rr *v1alpha1.Reranker, obs *observed) {
	if r.Watcher != nil {
		obs.report = r.Watcher.Report(rr.UID)
	}
	switch {
	case obs.input.Effective.Targets.Policy != v1alpha1.TargetsEnforce:
	case obs.report != nil:
		obs.input.Floor = obs.report.Floor
	default:
		obs.input.Floor = slo.FloorOf(obs.autoscaler, rr)
	}
}

// targets is the report in the words of status.
func (obs *observed) targets() *status.Targets {
	if obs.report == nil {
		return nil
	}
	return &status.Targets{
		Status: obs.report.Verdict.Status, Reason: obs.report.Verdict.Reason, Message: obs.report.Verdict.Message,
		Observed: obs.report.Observed, Recommendation: obs.report.Recommendation,
	}
}

func (obs *observed) statusInput(rr *v1alpha1.Reranker, o outcome, now time.Time) status.Input {
	return status.Input{
		Reranker:          rr,
		Effective:         obs.input.Effective,
		URL:               build.URL(rr),
		Selector:          labels.SelectorFromSet(build.SelectorLabels(rr)).String(),
		Deployment:        obs.deployment,
		Autoscaler:        obs.autoscaler,
		ForeignAutoscaler: obs.foreignAutoscaler,
		Pods:              obs.pods,
		Failure:           o.failure,
		Targets:           obs.targets(),
		Now:               now,
	}
}
