// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// QuantumState is how texts become quantum states.
//
// +kubebuilder:validation:Enum=mixed;pure;overlap;fidelity
type QuantumState string

// TokenWeights is how much each token counts in the state of its text.
//
// +kubebuilder:validation:Enum=idf;uniform
type TokenWeights string

// QuantumEncoding is how a vector becomes a pure state.
//
// +kubebuilder:validation:Enum=amplitude;angle;dense_angle
type QuantumEncoding string

// ShotsEstimator is what shots count.
//
// +kubebuilder:validation:Enum=inversion;swap
type ShotsEstimator string

// Fusion is how method hybrid joins its parts.
//
// +kubebuilder:validation:Enum=convex;rrf
type Fusion string

// QuantumSpec configures the methods quantum and hybrid.
type QuantumSpec struct {
	// state is what is compared: mixed (the query's tokens by the subspace of a
	// document's), pure (the pooled vectors as amplitudes), overlap or fidelity
	// (of the density matrices of both; they keep some ten times more of a
	// document in memory). Default: mixed.
	// +optional
	State QuantumState `json:"state,omitempty"`
	// rank is the largest rank of a document's projector with state mixed:
	// more keeps more of a document and costs more memory and time. 1 to 64.
	// Default: 16.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=64
	// +optional
	Rank *int32 `json:"rank,omitempty"`
	// weightPercent is the share of the quantum score in method hybrid. 0 to
	// 100. Default: 20.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	// +optional
	WeightPercent *int32 `json:"weightPercent,omitempty"`
	// weights is how much each token counts with the states mixed, overlap and
	// fidelity: idf (rare words more) or uniform. Default: idf.
	// +optional
	Weights TokenWeights `json:"weights,omitempty"`
	// encoding is how state pure is made of a vector: amplitude, angle or
	// dense_angle. Default: amplitude.
	// +optional
	Encoding QuantumEncoding `json:"encoding,omitempty"`
	// shots is the number of simulated measurements of each quantum score, as
	// on a device; 0 gives the exact value. 0 to 1048576. Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1048576
	// +optional
	Shots *int32 `json:"shots,omitempty"`
	// estimator is what the shots count: inversion or swap. Default: inversion.
	// +optional
	Estimator ShotsEstimator `json:"estimator,omitempty"`
	// seed makes other shots; equal seeds repeat them. 0 to 2^53-1. Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=9007199254740991
	// +optional
	Seed *int64 `json:"seed,omitempty"`
	// depolarisingPercent is the strength of simulated noise. 0 to 100.
	// Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	// +optional
	DepolarisingPercent *int32 `json:"depolarisingPercent,omitempty"`
}

// HybridSpec says how method hybrid joins its parts.
type HybridSpec struct {
	// fusion is convex (a mixture of scores, the same whatever the other
	// documents are) or rrf (of ranks, with the same weights). Default: convex.
	// +optional
	Fusion Fusion `json:"fusion,omitempty"`
	// lexicalWeightPercent is the share of the lexical score in what the
	// quantum score leaves over. 0 to 100. Default: 30.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	// +optional
	LexicalWeightPercent *int32 `json:"lexicalWeightPercent,omitempty"`
	// priorWeightPercent is the share of the caller's own scores, which take
	// the place of the lexical score where a request brings them. 0 to 100.
	// Default: 30.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	// +optional
	PriorWeightPercent *int32 `json:"priorWeightPercent,omitempty"`
}

// DiversifySpec moves near copies of a better document down the list, with any
// method. The scores stay as they are.
type DiversifySpec struct {
	// strengthPercent is how far: 0 not at all, 100 as the quantum probability
	// ranking principle has it. 0 to 200. Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=200
	// +optional
	StrengthPercent *int32 `json:"strengthPercent,omitempty"`
}
