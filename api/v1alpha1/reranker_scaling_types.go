// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

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
	// autoscaler aims at. 10 to 1000. Default: 70.
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=1000
	// +optional
	CPUUtilizationPercent *int32 `json:"cpuUtilizationPercent,omitempty"`
	// owner is Operator (a HorizontalPodAutoscaler is made) or External (none
	// is made and the number of pods is left alone). Default: Operator.
	// +optional
	Owner AutoscalingOwner `json:"owner,omitempty"`
}
