// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RerankerStatus is what is served.
type RerankerStatus struct {
	// conditions say how the Reranker is; reranker_conditions.go lists them.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// observedGeneration is the generation of spec that status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// replicas is the number of pods that exist.
	// +optional
	Replicas int32 `json:"replicas,omitempty"`
	// readyReplicas is the number of pods that serve.
	// +optional
	ReadyReplicas int32 `json:"readyReplicas,omitempty"`
	// pods is ready pods and wanted pods, "3/3".
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Pods string `json:"pods,omitempty"`
	// selector selects the pods, for the scale subresource.
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Selector string `json:"selector,omitempty"`
	// url is where the API answers inside the cluster.
	// +kubebuilder:validation:MaxLength=512
	// +optional
	URL string `json:"url,omitempty"`
	// effective is spec with every default filled in.
	// +optional
	Effective *EffectiveSpec `json:"effective,omitempty"`
	// observed are figures read from the pods, rounded and written sparingly.
	// +optional
	Observed *ObservedStatus `json:"observed,omitempty"`
	// recommendation says which memory and CPU would do.
	// +optional
	Recommendation *RecommendationStatus `json:"recommendation,omitempty"`
}

// EffectiveSpec is spec with every default filled in.
type EffectiveSpec struct {
	// method is the default method of scoring.
	// +optional
	Method Method `json:"method,omitempty"`
	// image is the image of the pods.
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Image string `json:"image,omitempty"`
	// memoryLimit is the memory of one pod.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +optional
	MemoryLimit *resource.Quantity `json:"memoryLimit,omitempty"`
	// cpuRequest is the CPU that one pod is guaranteed.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +optional
	CPURequest *resource.Quantity `json:"cpuRequest,omitempty"`
	// replicas is the fixed number of pods; absent with autoscaling.
	// +optional
	Replicas *int32 `json:"replicas,omitempty"`
	// autoscaling is absent with fixed replicas.
	// +optional
	Autoscaling *AutoscalingSpec `json:"autoscaling,omitempty"`
	// model is the model that is served.
	// +optional
	Model *ModelSpec `json:"model,omitempty"`
	// quantum is absent with method classical.
	// +optional
	Quantum *QuantumSpec `json:"quantum,omitempty"`
	// hybrid is absent with method classical.
	// +optional
	Hybrid *HybridSpec `json:"hybrid,omitempty"`
	// diversify moves near copies of a better document down the list.
	// +optional
	Diversify *DiversifySpec `json:"diversify,omitempty"`
	// targets are the promises that the operator watches.
	// +optional
	Targets *TargetsSpec `json:"targets,omitempty"`
	// limits bound one request and the work at a time.
	// +optional
	Limits *LimitsSpec `json:"limits,omitempty"`
	// breaker configures the circuit breaker.
	// +optional
	Breaker *BreakerSpec `json:"breaker,omitempty"`
	// degradation says when an answer may leave documents unscored.
	// +optional
	Degradation *DegradationSpec `json:"degradation,omitempty"`
	// cache bounds the cache of prepared documents.
	// +optional
	Cache *CacheSpec `json:"cache,omitempty"`
	// rollout says how pods are replaced.
	// +optional
	Rollout *RolloutSpec `json:"rollout,omitempty"`
}

// ObservedStatus are figures read from the pods over targets.windowSeconds.
type ObservedStatus struct {
	// sampledAt is when the figures were written.
	// +optional
	SampledAt metav1.Time `json:"sampledAt,omitempty,omitzero"`
	// rerankLatency is the latency of a rerank of up to targets.batchDocuments
	// documents at targets.percentile, as "210ms"; it is an upper bound, the
	// end of the histogram's bucket.
	// +kubebuilder:validation:MaxLength=16
	// +optional
	RerankLatency string `json:"rerankLatency,omitempty"`
	// similarityLatency is the same for a similarity.
	// +kubebuilder:validation:MaxLength=16
	// +optional
	SimilarityLatency string `json:"similarityLatency,omitempty"`
	// withinTargetPermille is the share of reranks of up to
	// targets.batchDocuments documents within their target.
	// +optional
	WithinTargetPermille *int32 `json:"withinTargetPermille,omitempty"`
	// refusedPermille is the share of requests that got no answer for want of
	// capacity. They count as missed targets.
	// +optional
	RefusedPermille *int32 `json:"refusedPermille,omitempty"`
	// requestsPerMinute is how many requests all pods together answered.
	// +optional
	RequestsPerMinute *int32 `json:"requestsPerMinute,omitempty"`
	// memoryPeak is the largest memory of a pod seen by this operator.
	// +optional
	MemoryPeak *resource.Quantity `json:"memoryPeak,omitempty"`
	// floor is the least number of pods that the autoscaler keeps now; policy
	// Enforce moves it.
	// +optional
	Floor *int32 `json:"floor,omitempty"`
}

// RecommendationStatus says which memory and CPU would do.
type RecommendationStatus struct {
	// memoryLimit is the peak and a fifth, rounded up.
	// +optional
	MemoryLimit *resource.Quantity `json:"memoryLimit,omitempty"`
	// cpu is the peak use of CPU of one pod and a fifth.
	// +optional
	CPU *resource.Quantity `json:"cpu,omitempty"`
	// reason says what the recommendation rests on.
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Reason string `json:"reason,omitempty"`
}
