// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Input is everything that status depends on.
type Input struct {
	// Reranker holds the status that is stored now, which keeps transition
	// times.
	Reranker  *v1alpha1.Reranker
	Effective v1alpha1.EffectiveSpec
	// URL and Selector are copied to status.
	URL, Selector string
	// Deployment and Autoscaler are nil where they do not exist.
	Deployment *appsv1.Deployment
	Autoscaler *autoscalingv2.HorizontalPodAutoscaler
	// ForeignAutoscaler names another autoscaler of the same Deployment.
	ForeignAutoscaler string
	Pods              []corev1.Pod
	// Failure says why children could not be written; nil when they were.
	Failure *Failure
	// Targets is what was measured; nil before the first measurement.
	Targets *Targets
	Now     time.Time
}

// Failure says why children could not be written.
type Failure struct {
	Reason, Message string
	// Terminal says that only a person can help.
	Terminal bool
}

// Targets is the verdict on the targets.
type Targets struct {
	Status          metav1.ConditionStatus
	Reason, Message string
	Observed        *v1alpha1.ObservedStatus
	Recommendation  *v1alpha1.RecommendationStatus
}

// Output is the computed status.
type Output struct {
	Status v1alpha1.RerankerStatus
	// RecheckAfter is when time alone will change the status; zero for never.
	RecheckAfter time.Duration
}

// wanted is the number of pods that the Deployment should have.
func (in *Input) wanted() int32 {
	if in.Deployment == nil || in.Deployment.Spec.Replicas == nil {
		return 0
	}
	return *in.Deployment.Spec.Replicas
}

// rolledOut reports whether every wanted pod runs the newest template and no
// other pod is left.
func (in *Input) rolledOut() bool {
	d := in.Deployment
	return d != nil && d.Status.ObservedGeneration >= d.Generation &&
		d.Status.UpdatedReplicas == in.wanted() && d.Status.Replicas == in.wanted() &&
		d.Status.AvailableReplicas == in.wanted()
}

// available reports whether as many pods serve as must.
func (in *Input) available() bool {
	floor := max(in.Effective.FloorReplicas(), 1)
	return in.Deployment != nil && in.Deployment.Status.AvailableReplicas >= floor
}

// replacing reports whether pods of an older template are left.
func (in *Input) replacing() bool {
	d := in.Deployment
	return d == nil || d.Status.UpdatedReplicas < d.Status.Replicas
}

// stands reports whether there is a Deployment that says how many pods it wants.
func (in *Input) stands() bool { return in.Deployment != nil && in.Deployment.Spec.Replicas != nil }
