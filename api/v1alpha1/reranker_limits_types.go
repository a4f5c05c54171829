// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// LimitsSpec bound one request and the work at a time. What goes beyond is
// refused with an answer that names the limit.
type LimitsSpec struct {
	// maxDocuments is the largest number of documents in one request. 1 to
	// 1000. Default: 1000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	// +optional
	MaxDocuments *int32 `json:"maxDocuments,omitempty"`
	// maxQueryCharacters is the largest number of characters (Unicode code
	// points) of a query. 1 to 10000. Default: 10000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	// +optional
	MaxQueryCharacters *int32 `json:"maxQueryCharacters,omitempty"`
	// maxDocumentCharacters is the largest number of characters (Unicode code
	// points) of one document. 1 to 50000. Default: 50000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=50000
	// +optional
	MaxDocumentCharacters *int32 `json:"maxDocumentCharacters,omitempty"`
	// maxConcurrentRequests is how many requests one pod works on at a time.
	// 1 to 1024. Default: 8.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1024
	// +optional
	MaxConcurrentRequests *int32 `json:"maxConcurrentRequests,omitempty"`
	// requestTimeoutMilliseconds is how long one request may take. 1 to
	// 120000. Default: 10000, or targets.rerankLatencyMilliseconds if that is
	// more.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=120000
	// +optional
	RequestTimeoutMilliseconds *int32 `json:"requestTimeoutMilliseconds,omitempty"`
	// maxBodyBytes is the largest body of one request in bytes. 1024 to
	// 67108864. Default: 16777216.
	// +kubebuilder:validation:Minimum=1024
	// +kubebuilder:validation:Maximum=67108864
	// +optional
	MaxBodyBytes *int64 `json:"maxBodyBytes,omitempty"`
	// longestWaitMilliseconds is how long a request may be expected to wait
	// before its work starts; one that would wait longer is refused at once
	// with Retry-After. 1 to 120000. Default: 1000.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=120000
	// +optional
	LongestWaitMilliseconds *int32 `json:"longestWaitMilliseconds,omitempty"`
}

// DegradationPolicy says when an answer may leave documents unscored.
//
// +kubebuilder:validation:Enum=Never;OnOverload;OnDeadline
type DegradationPolicy string

// DegradationSpec says when an answer may leave documents unscored instead of
// failing. Such an answer says so; a request can choose another policy.
type DegradationSpec struct {
	// policy is Never (in full or not at all), OnOverload (score what is
	// possible while other requests take the capacity) or OnDeadline (also
	// when the request's own work does not fit its deadline). Default:
	// OnDeadline.
	// +optional
	Policy DegradationPolicy `json:"policy,omitempty"`
}

// CacheSpec bounds the cache of prepared documents in each pod.
type CacheSpec struct {
	// maxBytes is the size of the cache in bytes; 0 turns it off. 0 to
	// 17179869184. Default: 67108864.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=17179869184
	// +optional
	MaxBytes *int64 `json:"maxBytes,omitempty"`
}

// AuthSpec says who may call the API.
type AuthSpec struct {
	// apiKeysSecretRef names a Secret in the Reranker's namespace; each of its
	// entries is one API key. Health routes stay open. Without auth, everybody
	// who reaches the Service may call it.
	// +required
	APIKeysSecretRef *SecretReference `json:"apiKeysSecretRef,omitempty"`
	// requestsPerMinute is how many requests each key may send to one pod in a
	// minute; beyond them it gets 429 with RateLimit headers. 1 to 1000000.
	// Default: any number.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	// +optional
	RequestsPerMinute *int32 `json:"requestsPerMinute,omitempty"`
	// concurrentRequests is how many requests each key may have under way in
	// one pod, waiting ones included; beyond them it gets 429. 1 to 10000.
	// Default: any number.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	// +optional
	ConcurrentRequests *int32 `json:"concurrentRequests,omitempty"`
}

// SecretReference names a Secret in the Reranker's namespace.
type SecretReference struct {
	// name is the name of the Secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name,omitempty"`
}

// BreakerSpec configures the circuit breaker around the quantum path. While it
// is open, requests are scored by the classical method and say so.
type BreakerSpec struct {
	// failureThreshold is how many failures in a row open the breaker. 1 to
	// 1000. Default: 3.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	// +optional
	FailureThreshold *int32 `json:"failureThreshold,omitempty"`
	// openSeconds is how long the breaker stays open before it tries again. 1
	// to 3600. Default: 30.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3600
	// +optional
	OpenSeconds *int32 `json:"openSeconds,omitempty"`
	// halfOpenRequests is how many requests try the path before the breaker
	// closes. 1 to 100. Default: 1.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	// +optional
	HalfOpenRequests *int32 `json:"halfOpenRequests,omitempty"`
}
