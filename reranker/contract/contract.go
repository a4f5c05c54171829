// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package contract is the treaty between the operator and the pod: every
// port, path, header, limit and setting that one side writes and the other
// reads. It holds constants and plain types only, so that the operator can
// import it without pulling in the server.
package contract

// Ports of the pod.
const (
	// HTTPPort serves the API and the health routes.
	HTTPPort = 8000
	// MetricsPort serves /metrics and nothing else, so that a network policy
	// can open it to monitoring alone.
	MetricsPort = 8001
	// HTTPPortName and MetricsPortName are the names of the two ports in the
	// pod and in the Service.
	HTTPPortName    = "http"
	MetricsPortName = "metrics"
)

// Paths inside the container.
const (
	// SettingsFile is where the operator mounts the ConfigMap's settings.
	SettingsFile = "/etc/quantumrerank/settings.json"
	// SettingsKey is the key of the settings in the ConfigMap.
	SettingsKey = "settings.json"
	// BundledModelDir is where the image carries the default model.
	BundledModelDir = "/models/all-MiniLM-L6-v2"
	// MountedModelDir is where a model from an image volume or a persistent
	// volume claim is mounted.
	MountedModelDir = "/models/mounted"
	// TLSCertificateFile and TLSKeyFile are the files of the API's certificate in
	// its directory, named as in a Secret of type kubernetes.io/tls.
	TLSCertificateFile = "tls.crt"
	TLSKeyFile         = "tls.key"
	// TerminationLog receives one JSON line (Termination) when the pod fails.
	TerminationLog = "/dev/termination-log"
	// Binary is the entry point of the image.
	Binary = "/reranker"
)

// HTTP paths that the operator probes or scrapes.
const (
	PathHealth         = "/health"
	PathHealthDetailed = "/health/detailed"
	PathHealthReady    = "/health/ready"
	PathHealthLive     = "/health/live"
	PathMetrics        = "/metrics"
	PathRerank         = "/v1/rerank"
	PathSimilarity     = "/v1/similarity"
)

// Header names.
const (
	HeaderRequestID      = "X-Request-ID"
	HeaderProcessingTime = "X-Processing-Time"
	HeaderServerTiming   = "Server-Timing"
	HeaderMethodUsed     = "X-Rerank-Method-Used"
	HeaderDegraded       = "X-Rerank-Degraded"
	HeaderRetryAfterMs   = "Retry-After-Ms"
	// HeaderDegradation chooses the degradation policy of one request.
	HeaderDegradation = "X-Rerank-Degradation"
)

// Methods of scoring.
const (
	MethodClassical = "classical"
	MethodQuantum   = "quantum"
	MethodHybrid    = "hybrid"
)

// States of the quantum method.
const (
	QuantumStateMixed    = "mixed"
	QuantumStatePure     = "pure"
	QuantumStateOverlap  = "overlap"
	QuantumStateFidelity = "fidelity"
)

// How much each token counts in the state of its text.
const (
	TokenWeightsIDF     = "idf"
	TokenWeightsUniform = "uniform"
)

// Encodings of a vector as a pure state.
const (
	EncodingAmplitude  = "amplitude"
	EncodingAngle      = "angle"
	EncodingDenseAngle = "dense_angle"
)

// Estimators of a fidelity from shots.
const (
	EstimatorInversion = "inversion"
	EstimatorSwap      = "swap"
)

// Ways in which hybrid joins its parts.
const (
	FusionConvex = "convex"
	FusionRRF    = "rrf"
)

// Bounds of the settings of the methods.
const (
	MaxQuantumRank = 64
	MaxShots       = 1 << 20
	// MaxSeed is the largest whole number that every reader of JSON keeps.
	MaxSeed = 1<<53 - 1
	// MaxDiversifyPercent is twice the usual strength.
	MaxDiversifyPercent = 200
)

// Policies of degradation, each of which includes the one before it.
const (
	// DegradationNever answers in full or not at all.
	DegradationNever = "Never"
	// DegradationOnOverload scores what it can when other requests leave no
	// time, and ranks the rest by a cheap prior.
	DegradationOnOverload = "OnOverload"
	// DegradationOnDeadline does so too when the request's own work does not
	// fit into the rerank target or the caller's deadline.
	DegradationOnDeadline = "OnDeadline"
)

// Limits of the API, which are also the largest values that a Reranker
// may set. Characters are Unicode code points.
const (
	MaxDocuments          = 1000
	MaxQueryCharacters    = 10_000
	MaxDocumentCharacters = 50_000
)

// Defaults that both sides share. The operator publishes them in
// status.effective; the pod uses them when it runs without a settings file.
const (
	DefaultMethod                        = MethodHybrid
	DefaultQuantumState                  = QuantumStateMixed
	DefaultQuantumRank                   = 16
	DefaultQuantumWeightPercent          = 20
	DefaultTokenWeights                  = TokenWeightsIDF
	DefaultEncoding                      = EncodingAmplitude
	DefaultEstimator                     = EstimatorInversion
	DefaultFusion                        = FusionConvex
	DefaultLexicalWeightPercent          = 30
	DefaultPriorWeightPercent            = 30
	DefaultMaxConcurrentRequests         = 8
	DefaultRequestTimeoutMilliseconds    = 10_000
	DefaultMaxBodyBytes                  = 16 << 20
	DefaultRerankLatencyMilliseconds     = 500
	DefaultSimilarityLatencyMilliseconds = 100
	DefaultBatchDocuments                = 100
	DefaultPercentile                    = 95
	DefaultRequestsPerMinute             = 100
	DefaultWindowSeconds                 = 300
	DefaultMemoryLimitBytes              = 2 << 30
	DefaultBreakerFailureThreshold       = 3
	DefaultBreakerOpenSeconds            = 30
	DefaultBreakerHalfOpenRequests       = 1
	DefaultDrainDelaySeconds             = 5
	DefaultDrainTimeoutSeconds           = 30
	DefaultDegradationPolicy             = DegradationOnDeadline
	DefaultLongestWaitMilliseconds       = 1_000
	DefaultCacheBytes                    = 64 << 20
)
