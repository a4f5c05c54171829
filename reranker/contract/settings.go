// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package contract

// Settings is everything that the operator tells a pod. It travels as JSON in
// a content-addressed ConfigMap. The pod refuses unknown fields, so that a
// setting can never be accepted and ignored. A zero field means "the default".
type Settings struct {
	Method      string          `json:"method,omitempty"`
	Model       ModelSettings   `json:"model,omitzero"`
	Quantum     QuantumSettings `json:"quantum,omitzero"`
	Hybrid      HybridSettings  `json:"hybrid,omitzero"`
	Targets     TargetSettings  `json:"targets,omitzero"`
	Limits      LimitSettings   `json:"limits,omitzero"`
	Breaker     BreakerSettings `json:"breaker,omitzero"`
	Drain       DrainSettings   `json:"drain,omitzero"`
	MemoryLimit int64           `json:"memoryLimitBytes,omitempty"`

	Diversify   DiversifySettings   `json:"diversify,omitzero"`
	Degradation DegradationSettings `json:"degradation,omitzero"`
	Queue       QueueSettings       `json:"queue,omitzero"`
	Cache       CacheSettings       `json:"cache,omitzero"`
}

// ModelSettings says which model is served.
type ModelSettings struct {
	// Dir is the directory of the model in the container.
	Dir string `json:"dir,omitempty"`
	// WeightsSHA256 is the expected digest of model.safetensors as
	// "sha256:<64 hex digits>"; empty accepts any.
	WeightsSHA256 string `json:"weightsSHA256,omitempty"`
	// Name is what the API reports as the model's id; empty means the
	// directory's base name.
	Name string `json:"name,omitempty"`
}

// QuantumSettings configures the quantum and hybrid methods.
type QuantumSettings struct {
	// State is "mixed" (default), "pure", "overlap" or "fidelity".
	State string `json:"state,omitempty"`
	// Rank is the largest rank of the document's projector, with state mixed.
	Rank int `json:"rank,omitempty"`
	// WeightPercent is the share of the quantum score in hybrid, 0 to 100.
	// A pointer, because 0 is a legal value that differs from "default".
	WeightPercent *int `json:"weightPercent,omitempty"`
	// Weights says how much each token counts: "idf" (default) or "uniform".
	Weights string `json:"weights,omitempty"`
	// Encoding makes a pure state of a vector: "amplitude" (default), "angle"
	// or "dense_angle". The others need state pure.
	Encoding string `json:"encoding,omitempty"`
	// Shots is the number of simulated measurements of a score; 0, the
	// default, gives the exact value.
	Shots int `json:"shots,omitempty"`
	// Estimator is what the shots count: "inversion" (default) or "swap".
	Estimator string `json:"estimator,omitempty"`
	// Seed makes other shots; equal seeds repeat them.
	Seed int64 `json:"seed,omitempty"`
	// DepolarisingPercent is the strength of simulated noise, 0 to 100.
	DepolarisingPercent int `json:"depolarisingPercent,omitempty"`
}

// HybridSettings say how hybrid joins its parts.
type HybridSettings struct {
	// Fusion is "convex" (default), a mixture of scores, or "rrf", of ranks.
	Fusion string `json:"fusion,omitempty"`
	// LexicalWeightPercent is the share of the lexical score in what the
	// quantum score leaves over; PriorWeightPercent is that of the caller's own
	// scores, which take its place where a request brings them.
	LexicalWeightPercent *int `json:"lexicalWeightPercent,omitempty"`
	PriorWeightPercent   *int `json:"priorWeightPercent,omitempty"`
}

// DiversifySettings move near copies of a document down the list.
type DiversifySettings struct {
	// StrengthPercent is 0 (default, off) to 200; 100 is usual.
	StrengthPercent int `json:"strengthPercent,omitempty"`
}

// TargetSettings are the promises of the Reranker; they choose the bounds of
// the latency histograms, so that the share within a target is exact.
type TargetSettings struct {
	RerankLatencyMilliseconds     int `json:"rerankLatencyMilliseconds,omitempty"`
	SimilarityLatencyMilliseconds int `json:"similarityLatencyMilliseconds,omitempty"`
	BatchDocuments                int `json:"batchDocuments,omitempty"`
}

// LimitSettings bound one request and the work at a time.
type LimitSettings struct {
	MaxDocuments               int   `json:"maxDocuments,omitempty"`
	MaxQueryCharacters         int   `json:"maxQueryCharacters,omitempty"`
	MaxDocumentCharacters      int   `json:"maxDocumentCharacters,omitempty"`
	MaxConcurrentRequests      int   `json:"maxConcurrentRequests,omitempty"`
	RequestTimeoutMilliseconds int   `json:"requestTimeoutMilliseconds,omitempty"`
	MaxBodyBytes               int64 `json:"maxBodyBytes,omitempty"`
}

// BreakerSettings configure the circuit breaker around the quantum path.
type BreakerSettings struct {
	FailureThreshold int `json:"failureThreshold,omitempty"`
	OpenSeconds      int `json:"openSeconds,omitempty"`
	HalfOpenRequests int `json:"halfOpenRequests,omitempty"`
}

// DrainSettings say how a pod leaves: it keeps serving for DelaySeconds after
// it turned not ready, then finishes active requests for at most
// TimeoutSeconds.
type DrainSettings struct {
	DelaySeconds   *int `json:"delaySeconds,omitempty"`
	TimeoutSeconds int  `json:"timeoutSeconds,omitempty"`
}

// DegradationSettings say when an answer may leave documents unscored instead
// of failing.
type DegradationSettings struct {
	// Policy is one of the Degradation constants.
	Policy string `json:"policy,omitempty"`
}

// QueueSettings bound the work that waits.
type QueueSettings struct {
	// LongestWaitMilliseconds is how long a request may be expected to wait
	// before its work starts; a request that would wait longer is refused.
	LongestWaitMilliseconds int `json:"longestWaitMilliseconds,omitempty"`
}

// CacheSettings bound the cache of prepared documents.
type CacheSettings struct {
	// MaxBytes is the size of the cache. A pointer, because 0 (no cache) is a
	// legal value that differs from "default".
	MaxBytes *int64 `json:"maxBytes,omitempty"`
}

// Termination is the one JSON line that a failing pod writes to
// TerminationLog; the operator reads it from the container's status and puts
// its cause into the Reranker's conditions.
type Termination struct {
	// Reason is one of the Reason constants.
	Reason string `json:"reason"`
	// Message says what happened, for a person.
	Message string `json:"message"`
}

// Reasons of a Termination.
const (
	ReasonModelDigestMismatch = "ModelDigestMismatch"
	ReasonModelNotFound       = "ModelNotFound"
	ReasonModelInvalid        = "ModelInvalid"
	ReasonInvalidSettings     = "InvalidSettings"
	ReasonMemoryTooSmall      = "MemoryTooSmall"
	ReasonStartFailed         = "StartFailed"
)
