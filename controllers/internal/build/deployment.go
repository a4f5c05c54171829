// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
)

// revisionHistoryLimit is how many old templates stay for a rollback; each
// keeps one ConfigMap.
const revisionHistoryLimit = 3

// Deployment runs the pods. It never names spec.replicas: a manager that once
// named it and then stops resets it to 1.
func Deployment(in Input) *appsv1ac.DeploymentApplyConfiguration {
	rr, rollout, template := in.Reranker, in.Effective.Rollout, podTemplate(in)
	spec := appsv1ac.DeploymentSpec()
	if s := *rollout.MinReadySeconds; s != 0 {
		// The API server does not store a zero, so a zero that is named would
		// look like drift for ever.
		spec.WithMinReadySeconds(s)
	}
	return appsv1ac.Deployment(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithAnnotations(imageAnnotation(in)).
		WithAnnotations(renderingAnnotation(in, template)).
		WithOwnerReferences(owner(rr)).
		WithSpec(spec.
			WithRevisionHistoryLimit(revisionHistoryLimit).
			WithProgressDeadlineSeconds(*rollout.ProgressDeadlineSeconds).
			WithStrategy(appsv1ac.DeploymentStrategy().
				WithType(appsv1.RollingUpdateDeploymentStrategyType).
				WithRollingUpdate(appsv1ac.RollingUpdateDeployment().
					WithMaxSurge(intstr.FromInt32(*rollout.MaxSurge)).
					WithMaxUnavailable(intstr.FromInt32(*rollout.MaxUnavailable)))).
			WithSelector(selector(rr)).
			WithTemplate(template))
}

// Replicas is the apply configuration of the second field manager, which owns
// the number of pods where it is fixed and nothing else.
func Replicas(in Input, count int32) *appsv1ac.DeploymentApplyConfiguration {
	return appsv1ac.Deployment(Name(in.Reranker), in.Reranker.Namespace).
		WithSpec(appsv1ac.DeploymentSpec().WithReplicas(count))
}
