// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Reranker is a reranking service: pods that order documents by how well they
// answer a query, a Service in front of them, and everything that keeps them
// running.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:shortName=rr,categories=quantumrerank
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas,selectorpath=.status.selector
// +kubebuilder:selectablefield:JSONPath=.spec.method
// +kubebuilder:printcolumn:name="Method",type=string,JSONPath=.status.effective.method
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=.status.conditions[?(@.type=="Ready")].status
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=.status.conditions[?(@.type=="Ready")].reason
// +kubebuilder:printcolumn:name="Targets",type=string,JSONPath=.status.conditions[?(@.type=="TargetsMet")].status
// +kubebuilder:printcolumn:name="Pods",type=string,JSONPath=.status.pods
// +kubebuilder:printcolumn:name="P95",type=string,JSONPath=.status.observed.rerankLatency
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=.metadata.creationTimestamp
// +kubebuilder:printcolumn:name="Memory",type=string,priority=1,JSONPath=.status.effective.memoryLimit
// +kubebuilder:printcolumn:name="Floor",type=integer,priority=1,JSONPath=.status.observed.floor
// +kubebuilder:printcolumn:name="URL",type=string,priority=1,JSONPath=.status.url
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=.status.conditions[?(@.type=="Ready")].message
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 40",message="the name of a Reranker may have at most 40 characters, because child objects add suffixes to it"
// +kubebuilder:validation:XValidation:rule="self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="the name of a Reranker must start with a lower-case letter and hold only lower-case letters, digits and '-', because it becomes the name of a Service"
type Reranker struct {
	metav1.TypeMeta `json:",inline"`
	// metadata is standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty,omitzero"`
	// spec is what should be served. Every field is optional; `spec: {}` is a
	// complete Reranker.
	// +required
	Spec RerankerSpec `json:"spec"`
	// status is what is served.
	// +optional
	Status RerankerStatus `json:"status,omitempty,omitzero"`
}

// RerankerList is a list of Rerankers.
//
// +kubebuilder:object:root=true
type RerankerList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty,omitzero"`
	Items           []Reranker `json:"items"`
}

// Method is a way of scoring documents.
//
// +kubebuilder:validation:Enum=classical;quantum;hybrid
type Method string

// RerankerSpec is what should be served.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.replicas) && has(self.autoscaling))",fieldPath=".replicas",reason=FieldValueForbidden,message="set either replicas (fixed size) or autoscaling, not both"
// +kubebuilder:validation:XValidation:rule="!has(self.quantum) || !has(self.method) || self.method != 'classical'",fieldPath=".quantum",reason=FieldValueForbidden,message="quantum settings have no effect with method classical"
// +kubebuilder:validation:XValidation:rule="!has(self.hybrid) || !has(self.method) || self.method != 'classical'",fieldPath=".hybrid",reason=FieldValueForbidden,message="hybrid settings have no effect with method classical"
// +kubebuilder:validation:XValidation:rule="!has(self.memoryLimit) || !isQuantity(string(self.memoryLimit)) || quantity(string(self.memoryLimit)).compareTo(quantity('256Mi')) >= 0",fieldPath=".memoryLimit",message="memoryLimit must be at least 256Mi: the default model and its working memory need that much"
// +kubebuilder:validation:XValidation:rule="!has(self.resources) || ((!has(self.resources.limits) || !('memory' in self.resources.limits)) && (!has(self.resources.requests) || !('memory' in self.resources.requests)))",fieldPath=".resources",reason=FieldValueForbidden,message="set memory through memoryLimit, which sets request and limit together"
// +kubebuilder:validation:XValidation:rule="!(has(self.limits) && has(self.limits.requestTimeoutMilliseconds) && has(self.targets) && has(self.targets.rerankLatencyMilliseconds)) || self.limits.requestTimeoutMilliseconds >= self.targets.rerankLatencyMilliseconds",fieldPath=".limits.requestTimeoutMilliseconds",message="limits.requestTimeoutMilliseconds must not be below targets.rerankLatencyMilliseconds: requests would be cut off before they could miss the target"
// +kubebuilder:validation:XValidation:rule="!(has(self.limits) && has(self.limits.maxDocuments) && has(self.targets) && has(self.targets.batchDocuments)) || self.limits.maxDocuments >= self.targets.batchDocuments",fieldPath=".limits.maxDocuments",message="limits.maxDocuments must not be below targets.batchDocuments: no request could be as large as the target's batch"
// +kubebuilder:validation:XValidation:rule="!(has(self.targets) && has(self.targets.policy) && self.targets.policy == 'Enforce') || !has(self.replicas)",fieldPath=".targets.policy",reason=FieldValueForbidden,message="policy Enforce needs autoscaling: with fixed replicas there is nothing to move; use Observe"
// +kubebuilder:validation:XValidation:rule="!(has(self.targets) && has(self.targets.policy) && self.targets.policy == 'Enforce' && has(self.autoscaling) && has(self.autoscaling.owner)) || self.autoscaling.owner != 'External'",fieldPath=".targets.policy",reason=FieldValueForbidden,message="policy Enforce needs autoscaling owned by the operator; with owner External use Observe"
type RerankerSpec struct {
	// method is how documents are scored when a request does not say:
	// classical, quantum or hybrid. Default: hybrid.
	// +optional
	Method Method `json:"method,omitempty"`

	// suspend set to true takes all pods away and keeps everything else.
	// Default: false.
	// +optional
	Suspend *bool `json:"suspend,omitempty"`

	// targets are the promises that the operator watches.
	// +optional
	Targets *TargetsSpec `json:"targets,omitempty"`

	// memoryLimit is the memory of one pod: its request and its limit. The pod
	// keeps its heap below about 85 % of it and sheds load before it runs out.
	// At least 256Mi. Default: 2Gi.
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Type=string
	// +optional
	MemoryLimit *resource.Quantity `json:"memoryLimit,omitempty"`

	// resources are requests and limits of one pod for everything but memory.
	// Default: requests of 500m CPU, no CPU limit.
	// +optional
	Resources *ResourcesSpec `json:"resources,omitempty"`

	// replicas is a fixed number of pods. Excludes autoscaling. Default:
	// absent, which means autoscaling.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	// +optional
	Replicas *int32 `json:"replicas,omitempty"`

	// autoscaling lets the number of pods follow the load. Excludes replicas.
	// Default when both are absent: 1 to 3 pods.
	// +optional
	Autoscaling *AutoscalingSpec `json:"autoscaling,omitempty"`

	// model says which model is served. Default: the one bundled in the image.
	// +optional
	Model *ModelSpec `json:"model,omitempty"`

	// quantum configures the methods quantum and hybrid.
	// +kubebuilder:validation:XValidation:rule="!has(self.rank) || !has(self.state) || self.state == 'mixed'",fieldPath=".rank",reason=FieldValueForbidden,message="rank has an effect with state mixed only"
	// +kubebuilder:validation:XValidation:rule="!has(self.weights) || !has(self.state) || self.state != 'pure'",fieldPath=".weights",reason=FieldValueForbidden,message="weights have no effect with state pure, which has no tokens"
	// +kubebuilder:validation:XValidation:rule="!has(self.encoding) || self.encoding == 'amplitude' || (has(self.state) && self.state == 'pure')",fieldPath=".encoding",message="encodings other than amplitude need state pure"
	// +kubebuilder:validation:XValidation:rule="!has(self.estimator) || (has(self.shots) && self.shots > 0)",fieldPath=".estimator",reason=FieldValueForbidden,message="estimator has no effect without shots"
	// +kubebuilder:validation:XValidation:rule="!has(self.seed) || (has(self.shots) && self.shots > 0)",fieldPath=".seed",reason=FieldValueForbidden,message="seed has no effect without shots"
	// +optional
	Quantum *QuantumSpec `json:"quantum,omitempty"`

	// hybrid says how method hybrid joins its parts.
	// +optional
	Hybrid *HybridSpec `json:"hybrid,omitempty"`

	// diversify moves near copies of a better document down the list.
	// +optional
	Diversify *DiversifySpec `json:"diversify,omitempty"`

	// limits bound one request and the work at a time.
	// +optional
	Limits *LimitsSpec `json:"limits,omitempty"`

	// breaker configures the circuit breaker around the quantum path.
	// +optional
	Breaker *BreakerSpec `json:"breaker,omitempty"`

	// degradation says when an answer may leave documents unscored.
	// +optional
	Degradation *DegradationSpec `json:"degradation,omitempty"`

	// cache bounds the cache of prepared documents in each pod.
	// +optional
	Cache *CacheSpec `json:"cache,omitempty"`

	// auth says who may call the API.
	// +optional
	Auth *AuthSpec `json:"auth,omitempty"`

	// tls serves the API over TLS. Default: absent, without TLS.
	// +optional
	TLS *TLSSpec `json:"tls,omitempty"`

	// rollout says how pods are replaced.
	// +optional
	Rollout *RolloutSpec `json:"rollout,omitempty"`

	// service configures the Service in front of the pods.
	// +optional
	Service *ServiceSpec `json:"service,omitempty"`

	// disruption says whether node drains take one pod at a time.
	// +optional
	Disruption *DisruptionSpec `json:"disruption,omitempty"`

	// networkPolicy says who may reach the pods.
	// +optional
	NetworkPolicy *NetworkPolicySpec `json:"networkPolicy,omitempty"`

	// monitoring says whether objects of the Prometheus operator are made.
	// +optional
	Monitoring *MonitoringSpec `json:"monitoring,omitempty"`

	// podTemplate adds to the pods what the operator does not decide.
	// +optional
	PodTemplate *PodTemplateSpec `json:"podTemplate,omitempty"`

	// image is the image of the pods. Default: the operator's own release.
	// +optional
	Image *ImageSpec `json:"image,omitempty"`
}

// ResourcesSpec are requests and limits for everything but memory.
type ResourcesSpec struct {
	// requests are what a pod is guaranteed. Default: 500m CPU.
	// +kubebuilder:validation:MaxProperties=16
	// +optional
	Requests corev1.ResourceList `json:"requests,omitempty"`
	// limits are what a pod may not exceed. Default: none, because a CPU limit
	// turns a burst into latency.
	// +kubebuilder:validation:MaxProperties=16
	// +optional
	Limits corev1.ResourceList `json:"limits,omitempty"`
}
