// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// EnvPrefix begins the name of every environment variable of the pod.
const EnvPrefix = "QUANTUMRERANK_"

// Field is one setting: where it stands in the file, how it is spelled on the
// command line and in the environment, and what it may be.
type Field struct {
	// Path is the setting's place in the settings file; empty for settings of
	// the process, which have no place there.
	Path string
	// Flag is the flag's name without dashes. The environment variable is the
	// same in capitals with underscores, after EnvPrefix.
	Flag string
	// Help is one line for --help.
	Help string

	unit  unit
	at    func(*Config) any // *string, *int, *int64, **int or **int64
	check check
}

// Env is the name of the field's environment variable.
func (f Field) Env() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(f.Flag, "-", "_"))
}

// Name is what errors call the field.
func (f Field) Name() string {
	if f.Path == "" {
		return "--" + f.Flag
	}
	return f.Path
}

// Fields lists every setting, in the order of the help text.
func Fields() []Field { return fields }

const day = 24 * 3600 * 1000 // milliseconds

var fields = []Field{
	{
		Path: "method", Flag: "method", Help: "default method: classical, quantum or hybrid",
		at:    func(c *Config) any { return &c.Settings.Method },
		check: oneOf(contract.MethodClassical, contract.MethodQuantum, contract.MethodHybrid),
	},

	{
		Path: "model.dir", Flag: "model", Help: "directory of the model in Hugging Face layout",
		at: func(c *Config) any { return &c.Settings.Model.Dir },
	},
	{
		Path: "model.weightsSHA256", Flag: "model-sha256", Help: "expected digest of model.safetensors, or of the weights that prepared.bin says it was made from where it is alone, as sha256:<64 hex digits>",
		at: func(c *Config) any { return &c.Settings.Model.WeightsSHA256 }, check: digest,
	},
	{
		Path: "model.name", Flag: "model-name", Help: "the model's id in answers; default: the directory's name",
		at: func(c *Config) any { return &c.Settings.Model.Name },
	},

	{
		Path: "quantum.state", Flag: "quantum-state", Help: "state of the quantum method: mixed, pure, overlap or fidelity",
		at:    func(c *Config) any { return &c.Settings.Quantum.State },
		check: oneOf(contract.QuantumStateMixed, contract.QuantumStatePure, contract.QuantumStateOverlap, contract.QuantumStateFidelity),
	},
	{
		Path: "quantum.rank", Flag: "quantum-rank", Help: "largest rank of a document's projector, with state mixed",
		at: func(c *Config) any { return &c.Settings.Quantum.Rank }, check: between(1, contract.MaxQuantumRank),
	},
	{
		Path: "quantum.weightPercent", Flag: "quantum-weight", Help: "share of the quantum score in hybrid, in percent",
		at: func(c *Config) any { return &c.Settings.Quantum.WeightPercent }, check: between(0, 100),
	},
	{
		Path: "quantum.weights", Flag: "token-weights", Help: "how much each token counts in a state: idf or uniform",
		at:    func(c *Config) any { return &c.Settings.Quantum.Weights },
		check: oneOf(contract.TokenWeightsIDF, contract.TokenWeightsUniform),
	},
	{
		Path: "quantum.encoding", Flag: "quantum-encoding", Help: "how state pure is made of a vector: amplitude, angle or dense_angle",
		at:    func(c *Config) any { return &c.Settings.Quantum.Encoding },
		check: oneOf(contract.EncodingAmplitude, contract.EncodingAngle, contract.EncodingDenseAngle),
	},
	{
		Path: "quantum.shots", Flag: "shots", Help: "simulated measurements of a quantum score; 0: the exact value",
		at: func(c *Config) any { return &c.Settings.Quantum.Shots }, check: between(0, contract.MaxShots),
	},
	{
		Path: "quantum.estimator", Flag: "shots-estimator", Help: "what shots count: inversion or swap",
		at:    func(c *Config) any { return &c.Settings.Quantum.Estimator },
		check: oneOf(contract.EstimatorInversion, contract.EstimatorSwap),
	},
	{
		Path: "quantum.seed", Flag: "shots-seed", Help: "seed of the shots; equal seeds repeat them",
		at: func(c *Config) any { return &c.Settings.Quantum.Seed }, check: between(0, contract.MaxSeed),
	},
	{
		Path: "quantum.depolarisingPercent", Flag: "depolarising", Help: "strength of simulated depolarising noise, in percent",
		at: func(c *Config) any { return &c.Settings.Quantum.DepolarisingPercent }, check: between(0, 100),
	},

	{
		Path: "hybrid.fusion", Flag: "fusion", Help: "how hybrid joins its parts: convex (scores) or rrf (ranks)",
		at:    func(c *Config) any { return &c.Settings.Hybrid.Fusion },
		check: oneOf(contract.FusionConvex, contract.FusionRRF),
	},
	{
		Path: "hybrid.lexicalWeightPercent", Flag: "lexical-weight", Help: "share of the lexical score in what the quantum score leaves of hybrid, in percent",
		at: func(c *Config) any { return &c.Settings.Hybrid.LexicalWeightPercent }, check: between(0, 100),
	},
	{
		Path: "hybrid.priorWeightPercent", Flag: "prior-weight", Help: "the same for the caller's own scores, which take the lexical score's place, in percent",
		at: func(c *Config) any { return &c.Settings.Hybrid.PriorWeightPercent }, check: between(0, 100),
	},
	{
		Path: "diversify.strengthPercent", Flag: "diversify", Help: "how far near copies of a better document move down, in percent; 0: not at all",
		at: func(c *Config) any { return &c.Settings.Diversify.StrengthPercent }, check: between(0, contract.MaxDiversifyPercent),
	},

	{
		Path: "targets.rerankLatencyMilliseconds", Flag: "rerank-target", unit: milliseconds, Help: "time within which a rerank shall be answered",
		at: func(c *Config) any { return &c.Settings.Targets.RerankLatencyMilliseconds }, check: between(1, day),
	},
	{
		Path: "targets.similarityLatencyMilliseconds", Flag: "similarity-target", unit: milliseconds, Help: "time within which a similarity shall be answered",
		at: func(c *Config) any { return &c.Settings.Targets.SimilarityLatencyMilliseconds }, check: between(1, day),
	},
	{
		Path: "targets.batchDocuments", Flag: "batch-documents", Help: "number of documents that the rerank target is meant for",
		at: func(c *Config) any { return &c.Settings.Targets.BatchDocuments }, check: between(1, contract.MaxDocuments),
	},

	{
		Path: "limits.maxDocuments", Flag: "max-documents", Help: "documents in one request",
		at: func(c *Config) any { return &c.Settings.Limits.MaxDocuments }, check: between(1, contract.MaxDocuments),
	},
	{
		Path: "limits.maxQueryCharacters", Flag: "max-query-characters", Help: "characters of a query",
		at: func(c *Config) any { return &c.Settings.Limits.MaxQueryCharacters }, check: between(1, contract.MaxQueryCharacters),
	},
	{
		Path: "limits.maxDocumentCharacters", Flag: "max-document-characters", Help: "characters of a document",
		at: func(c *Config) any { return &c.Settings.Limits.MaxDocumentCharacters }, check: between(1, contract.MaxDocumentCharacters),
	},
	{
		Path: "limits.maxConcurrentRequests", Flag: "max-concurrent-requests", Help: "requests worked on at a time; more wait in line",
		at: func(c *Config) any { return &c.Settings.Limits.MaxConcurrentRequests }, check: between(1, 10_000),
	},
	{
		Path: "limits.requestTimeoutMilliseconds", Flag: "request-timeout", unit: milliseconds, Help: "longest time a request may take",
		at: func(c *Config) any { return &c.Settings.Limits.RequestTimeoutMilliseconds }, check: between(1, day),
	},
	{
		Path: "limits.maxBodyBytes", Flag: "max-body", unit: byteCount, Help: "size of a request body",
		at: func(c *Config) any { return &c.Settings.Limits.MaxBodyBytes }, check: between(1<<10, 64<<20),
	},

	{
		Path: "breaker.failureThreshold", Flag: "breaker-failures", Help: "failures in a row that open the quantum breaker",
		at: func(c *Config) any { return &c.Settings.Breaker.FailureThreshold }, check: between(1, 1000),
	},
	{
		Path: "breaker.openSeconds", Flag: "breaker-open", unit: seconds, Help: "how long the breaker stays open",
		at: func(c *Config) any { return &c.Settings.Breaker.OpenSeconds }, check: between(1, 24*3600),
	},
	{
		Path: "breaker.halfOpenRequests", Flag: "breaker-probes", Help: "probes that must succeed to close the breaker",
		at: func(c *Config) any { return &c.Settings.Breaker.HalfOpenRequests }, check: between(1, 100),
	},

	{
		Path: "drain.delaySeconds", Flag: "drain-delay", unit: seconds, Help: "how long to keep serving after SIGTERM while endpoints update",
		at: func(c *Config) any { return &c.Settings.Drain.DelaySeconds }, check: between(0, 3600),
	},
	{
		Path: "drain.timeoutSeconds", Flag: "drain-timeout", unit: seconds, Help: "how long active requests may take to finish after that",
		at: func(c *Config) any { return &c.Settings.Drain.TimeoutSeconds }, check: between(1, 3600),
	},

	{
		Path: "degradation.policy", Flag: "degradation", Help: "when an answer may leave documents unscored: Never, OnOverload or OnDeadline",
		at:    func(c *Config) any { return &c.Settings.Degradation.Policy },
		check: oneOf(contract.DegradationNever, contract.DegradationOnOverload, contract.DegradationOnDeadline),
	},
	{
		Path: "queue.longestWaitMilliseconds", Flag: "longest-wait", unit: milliseconds, Help: "expected wait above which a request is refused",
		at: func(c *Config) any { return &c.Settings.Queue.LongestWaitMilliseconds }, check: between(1, day),
	},
	{
		Path: "cache.maxBytes", Flag: "cache", unit: byteCount, Help: "size of the document cache; 0 turns it off",
		at: func(c *Config) any { return &c.Settings.Cache.MaxBytes }, check: between(0, 1<<40),
	},
	{
		Path: "memoryLimitBytes", Flag: "memory-limit", unit: byteCount, Help: "memory that the process may use",
		at: func(c *Config) any { return &c.Settings.MemoryLimit }, check: between(64<<20, 1<<45),
	},

	{Flag: "address", Help: "where to serve the API, as host:port", at: func(c *Config) any { return &c.Process.Address }, check: address},
	{Flag: "metrics-address", Help: "where to serve /metrics, as host:port", at: func(c *Config) any { return &c.Process.MetricsAddress }, check: address},
	{
		Flag: "threads", Help: "cores that the engine uses; 0: all that the process may use",
		at: func(c *Config) any { return &c.Process.Threads }, check: between(0, 1024),
	},
	{Flag: "kernel", Help: "the engine's set of kernels; default: the fastest that this CPU can run", at: func(c *Config) any { return &c.Process.Kernel }},
	{
		Flag: "precision", Help: "arithmetic of the engine: auto, float32, bfloat16, int16 or int8; auto takes the fastest whose scores are within its bound",
		at: func(c *Config) any { return &c.Process.Precision }, check: oneOf("auto", "float32", "bfloat16", "int16", "int8"),
	},
	{Flag: "api-keys", Help: "directory of API keys, one file each; default: everybody may use the server", at: func(c *Config) any { return &c.Process.KeysDir }},
	{
		Flag: "key-requests-per-minute", Help: "requests that one key may send in a minute; 0: any number",
		at: func(c *Config) any { return &c.Process.KeyRequestsPerMinute }, check: between(0, 1_000_000),
	},
	{
		Flag: "key-concurrent-requests", Help: "requests that one key may have under way, waiting ones included; 0: any number",
		at: func(c *Config) any { return &c.Process.KeyConcurrentRequests }, check: between(0, 10_000),
	},
	{Flag: "tls", Help: "directory of the API's certificate, tls.crt and tls.key; default: without TLS", at: func(c *Config) any { return &c.Process.TLSDir }},
	{Flag: "page", Help: "the page at / to try queries: on or off", at: func(c *Config) any { return &c.Process.Page }, check: oneOf(PageOn, PageOff)},
	{
		Flag: "metrics-compat", Help: "further names of metrics: none, or tei for dashboards made for Text Embeddings Inference",
		at: func(c *Config) any { return &c.Process.MetricsCompat }, check: oneOf(CompatNone, CompatTEI),
	},
	{Flag: "log-level", Help: "debug, info, warn or error", at: func(c *Config) any { return &c.Process.LogLevel }, check: oneOf("debug", "info", "warn", "error")},
	{Flag: "log-format", Help: "json or text", at: func(c *Config) any { return &c.Process.LogFormat }, check: oneOf("json", "text")},
}
