// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import autoscalingv2 "k8s.io/api/autoscaling/v2"

// TargetsPolicy says what the operator does about a missed target.
//
// +kubebuilder:validation:Enum=Observe;Enforce
type TargetsPolicy string

// Policies for targets.
const (
	// TargetsObserve reports in status and does nothing else.
	TargetsObserve TargetsPolicy = "Observe"
	// TargetsEnforce also raises the least number of pods while latency is
	// missed, and lowers it again when there is calm.
	TargetsEnforce TargetsPolicy = "Enforce"
)

// TargetsSpec are promises to callers. The bounds of the pods' histograms are
// made from them, so that the share of requests within a target is exact.
type TargetsSpec struct {
	// rerankLatencyMilliseconds is how long a rerank of up to batchDocuments
	// documents may take. 1 to 60000. Default: 500, or
	// limits.requestTimeoutMilliseconds if that is less.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60000
	// +optional
	RerankLatencyMilliseconds *int32 `json:"rerankLatencyMilliseconds,omitempty"`
	// similarityLatencyMilliseconds is how long one similarity may take. 1 to
	// 60000. Default: 100.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=60000
	// +optional
	SimilarityLatencyMilliseconds *int32 `json:"similarityLatencyMilliseconds,omitempty"`
	// batchDocuments is the largest number of documents of a rerank to which
	// the target applies. 1 to 1000. Default: 100, or limits.maxDocuments if
	// that is less.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	// +optional
	BatchDocuments *int32 `json:"batchDocuments,omitempty"`
	// requestsPerMinute is how many requests each pod must bear: a pod that
	// answers fewer and refuses some misses its target. 1 to 1000000. Default:
	// 100.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	// +optional
	RequestsPerMinute *int32 `json:"requestsPerMinute,omitempty"`
	// percentile is the share of requests, in percent, that must be within
	// their target. A request that is refused for want of capacity is not. 50
	// to 99. Default: 95.
	// +kubebuilder:validation:Minimum=50
	// +kubebuilder:validation:Maximum=99
	// +optional
	Percentile *int32 `json:"percentile,omitempty"`
	// windowSeconds is how far back requests count. 60 to 3600. Default: 300.
	// +kubebuilder:validation:Minimum=60
	// +kubebuilder:validation:Maximum=3600
	// +optional
	WindowSeconds *int32 `json:"windowSeconds,omitempty"`
	// policy is Observe or Enforce. Enforce needs autoscaling by the operator.
	// Default: Observe.
	// +optional
	Policy TargetsPolicy `json:"policy,omitempty"`
}

// AutoscalingOwner says who moves the number of pods.
//
// +kubebuilder:validation:Enum=Operator;External
type AutoscalingOwner string

// Owners of autoscaling.
const (
	// AutoscalingOperator makes a HorizontalPodAutoscaler.
	AutoscalingOperator AutoscalingOwner = "Operator"
	// AutoscalingExternal makes none and never touches the number of pods:
	// an autoscaler of yours does.
	AutoscalingExternal AutoscalingOwner = "External"
)

// AutoscalingSpec lets the number of pods follow the load.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",fieldPath=".minReplicas",message="minReplicas must not be above maxReplicas"
// +kubebuilder:validation:XValidation:rule="!has(self.owner) || self.owner != 'External' || !(has(self.cpuUtilizationPercent) || has(self.metrics) || has(self.behavior))",fieldPath=".owner",reason=FieldValueForbidden,message="with owner External there is no autoscaler of the operator's: remove cpuUtilizationPercent, metrics and behavior"
type AutoscalingSpec struct {
	// minReplicas is the least number of pods. 1 to 1000. Default: 1.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	// +optional
	MinReplicas *int32 `json:"minReplicas,omitempty"`
	// maxReplicas is the largest number of pods. 1 to 1000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	// +required
	MaxReplicas int32 `json:"maxReplicas,omitempty"`
	// cpuUtilizationPercent is the use of the requested CPU that the
	// autoscaler aims at. 10 to 1000. Default: 70; none with metrics.
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=1000
	// +optional
	CPUUtilizationPercent *int32 `json:"cpuUtilizationPercent,omitempty"`
	// metrics are what the autoscaler looks at instead of CPU, or beside it
	// where cpuUtilizationPercent is set too. They are passed on as they are,
	// so that an adapter's metrics of type Pods, Object or External work.
	// Default: none.
	// +kubebuilder:validation:MaxItems=8
	// +listType=atomic
	// +optional
	Metrics []autoscalingv2.MetricSpec `json:"metrics,omitempty"`
	// behavior is how fast the autoscaler moves, passed on as it is; tolerance
	// needs Kubernetes 1.35. Default: up at once by as many pods again or two
	// in 30 seconds, down by one a minute after five calm minutes.
	// +optional
	Behavior *autoscalingv2.HorizontalPodAutoscalerBehavior `json:"behavior,omitempty"`
	// owner is Operator (a HorizontalPodAutoscaler is made) or External (none
	// is made and the number of pods is left alone). Default: Operator.
	// +optional
	Owner AutoscalingOwner `json:"owner,omitempty"`
}
