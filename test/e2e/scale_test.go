// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// A fixed number of pods follows spec and `kubectl scale`; then the autoscaler
// takes over without a dip, and its bounds hold.
func TestScale(t *testing.T) {
	rr := create(t, small(newNamespace(t), "scale"))
	untilReady(t, rr, withinReady)
	untilRolled(t, rr, 1)

	scale := &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: 2}}
	if err := k8s.SubResource("scale").Update(t.Context(), rr, client.WithSubResourceBody(scale)); err != nil {
		t.Fatalf("scale: %v", err)
	}
	untilRolled(t, rr, 2)
	if err := k8s.Get(t.Context(), child(rr), &policyv1.PodDisruptionBudget{}); err != nil {
		t.Errorf("two pods have no disruption budget: %v", err)
	}
	change(t, rr, func(s *v1alpha1.RerankerSpec) { s.Replicas = ptr(int32(1)) })
	untilRolled(t, rr, 1)
	if err := k8s.Get(t.Context(), child(rr), &policyv1.PodDisruptionBudget{}); !apierrors.IsNotFound(err) {
		t.Errorf("one pod has a disruption budget, which blocks drains: %v", err)
	}

	change(t, rr, func(s *v1alpha1.RerankerSpec) {
		s.Replicas = nil
		s.Autoscaling = &v1alpha1.AutoscalingSpec{MinReplicas: ptr(int32(2)), MaxReplicas: 2}
	})
	untilRolled(t, rr, 2)
	var hpa autoscaler
	read(t, rr, &hpa)
	if *hpa.Spec.MinReplicas != 2 || hpa.Spec.MaxReplicas != 2 {
		t.Errorf("autoscaler has %d to %d", *hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas)
	}

	change(t, rr, func(s *v1alpha1.RerankerSpec) { s.Suspend = ptr(true) })
	eventually(t, withinRoll, "suspended: no pods", func(ctx context.Context) error {
		pods, err := podsOf(ctx, rr)
		if err == nil && len(pods) > 0 {
			err = fmt.Errorf("%d pods", len(pods))
		}
		return err
	})
	change(t, rr, func(s *v1alpha1.RerankerSpec) { s.Suspend = nil })
	untilRolled(t, rr, 2)
}
