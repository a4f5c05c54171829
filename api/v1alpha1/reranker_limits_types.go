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
	// 268435456. Default: 16777216.
	// +kubebuilder:validation:Minimum=1024
	// +kubebuilder:validation:Maximum=268435456
	// +optional
	MaxBodyBytes *int64 `json:"maxBodyBytes,omitempty"`
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
