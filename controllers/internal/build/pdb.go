// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	policyv1ac "k8s.io/client-go/applyconfigurations/policy/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// DisruptionBudget lets node drains take one pod at a time. With fewer than
// two pods to keep it is nil: a budget would only block the drain. Pods that
// do not serve never block one.
func DisruptionBudget(in Input) *policyv1ac.PodDisruptionBudgetApplyConfiguration {
	rr := in.Reranker
	if d := rr.Spec.Disruption; d != nil && d.Mode == v1alpha1.ModeDisabled {
		return nil
	}
	if in.Effective.FloorReplicas() < 2 {
		return nil
	}
	return policyv1ac.PodDisruptionBudget(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithOwnerReferences(owner(rr)).
		WithSpec(policyv1ac.PodDisruptionBudgetSpec().
			WithMaxUnavailable(intstr.FromInt32(1)).
			WithUnhealthyPodEvictionPolicy(policyv1.AlwaysAllow).
			WithSelector(selector(rr)))
}
