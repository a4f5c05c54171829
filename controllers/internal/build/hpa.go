// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"strconv"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	autoscalingv2ac "k8s.io/client-go/applyconfigurations/autoscaling/v2"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Autoscaler moves the number of pods. It is nil with fixed replicas and when
// somebody else's autoscaler does the work.
//
// Unless spec names other metrics it watches the CPU of the serving container
// alone, so that a sidecar cannot distort it. Unless spec says otherwise pods are added at once (a queue of reranks grows by the second)
// and taken away one a minute after five calm minutes.
func Autoscaler(in Input) *autoscalingv2ac.HorizontalPodAutoscalerApplyConfiguration {
	rr, a := in.Reranker, in.Effective.Autoscaling
	if !in.Effective.OwnsAutoscaler() {
		return nil
	}
	return autoscalingv2ac.HorizontalPodAutoscaler(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithAnnotations(floorAnnotation(in)).
		WithOwnerReferences(owner(rr)).
		WithSpec(autoscalingv2ac.HorizontalPodAutoscalerSpec().
			WithScaleTargetRef(autoscalingv2ac.CrossVersionObjectReference().
				WithAPIVersion("apps/v1").WithKind("Deployment").WithName(Name(rr))).
			WithMinReplicas(min(max(in.Floor, *a.MinReplicas), a.MaxReplicas)).
			WithMaxReplicas(a.MaxReplicas).
			WithMetrics(metrics(a)...).
			WithBehavior(behavior(a)))
}

// floorAnnotation lets the floor survive a restart of the operator. It is apart
// from the bound, which somebody else may change.
func floorAnnotation(in Input) map[string]string {
	if in.Floor <= *in.Effective.Autoscaling.MinReplicas {
		return nil
	}
	return map[string]string{v1alpha1.AnnotationFloor: strconv.Itoa(int(in.Floor))}
}

// metrics are spec's own, and CPU where spec names it or nothing else.
func metrics(a *v1alpha1.AutoscalingSpec) []*autoscalingv2ac.MetricSpecApplyConfiguration {
	var out []*autoscalingv2ac.MetricSpecApplyConfiguration
	if a.CPUUtilizationPercent != nil {
		out = append(out, containerCPU(*a.CPUUtilizationPercent))
	}
	return append(out, convertAll[autoscalingv2ac.MetricSpecApplyConfiguration](a.Metrics)...)
}

func containerCPU(percent int32) *autoscalingv2ac.MetricSpecApplyConfiguration {
	return autoscalingv2ac.MetricSpec().
		WithType(autoscalingv2.ContainerResourceMetricSourceType).
		WithContainerResource(autoscalingv2ac.ContainerResourceMetricSource().
			WithContainer(ContainerName).
			WithName(corev1.ResourceCPU).
			WithTarget(autoscalingv2ac.MetricTarget().
				WithType(autoscalingv2.UtilizationMetricType).
				WithAverageUtilization(percent)))
}

func behavior(a *v1alpha1.AutoscalingSpec) *autoscalingv2ac.HorizontalPodAutoscalerBehaviorApplyConfiguration {
	if a.Behavior != nil {
		return convert[autoscalingv2ac.HorizontalPodAutoscalerBehaviorApplyConfiguration](a.Behavior)
	}
	return autoscalingv2ac.HorizontalPodAutoscalerBehavior().
		WithScaleUp(autoscalingv2ac.HPAScalingRules().
			WithStabilizationWindowSeconds(0).
			WithSelectPolicy(autoscalingv2.MaxChangePolicySelect).
			WithPolicies(scalingPolicy(autoscalingv2.PercentScalingPolicy, 100, 30),
				scalingPolicy(autoscalingv2.PodsScalingPolicy, 2, 30))).
		WithScaleDown(autoscalingv2ac.HPAScalingRules().
			WithStabilizationWindowSeconds(300).
			WithSelectPolicy(autoscalingv2.MaxChangePolicySelect).
			WithPolicies(scalingPolicy(autoscalingv2.PodsScalingPolicy, 1, 60)))
}

func scalingPolicy(kind autoscalingv2.HPAScalingPolicyType, value, seconds int32) *autoscalingv2ac.HPAScalingPolicyApplyConfiguration {
	return autoscalingv2ac.HPAScalingPolicy().WithType(kind).WithValue(value).WithPeriodSeconds(seconds)
}
