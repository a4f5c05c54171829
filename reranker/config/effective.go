// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"path"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Effective returns s with every zero field replaced by its default. It is
// idempotent, and pure, so that the operator can publish the same result.
func Effective(s contract.Settings) contract.Settings {
	s.Method = cmp.Or(s.Method, contract.DefaultMethod)
	s.Model.Dir = cmp.Or(s.Model.Dir, contract.BundledModelDir)
	s.Model.Name = cmp.Or(s.Model.Name, path.Base(s.Model.Dir))

	s.Quantum.State = cmp.Or(s.Quantum.State, contract.DefaultQuantumState)
	s.Quantum.Rank = cmp.Or(s.Quantum.Rank, contract.DefaultQuantumRank)
	s.Quantum.WeightPercent = orPointer(s.Quantum.WeightPercent, contract.DefaultQuantumWeightPercent)
	s.Quantum.Weights = cmp.Or(s.Quantum.Weights, contract.DefaultTokenWeights)
	s.Quantum.Encoding = cmp.Or(s.Quantum.Encoding, contract.DefaultEncoding)
	s.Quantum.Estimator = cmp.Or(s.Quantum.Estimator, contract.DefaultEstimator)

	s.Hybrid.Fusion = cmp.Or(s.Hybrid.Fusion, contract.DefaultFusion)
	s.Hybrid.LexicalWeightPercent = orPointer(s.Hybrid.LexicalWeightPercent, contract.DefaultLexicalWeightPercent)
	s.Hybrid.PriorWeightPercent = orPointer(s.Hybrid.PriorWeightPercent, contract.DefaultPriorWeightPercent)

	t := &s.Targets
	t.RerankLatencyMilliseconds = cmp.Or(t.RerankLatencyMilliseconds, contract.DefaultRerankLatencyMilliseconds)
	t.SimilarityLatencyMilliseconds = cmp.Or(t.SimilarityLatencyMilliseconds, contract.DefaultSimilarityLatencyMilliseconds)
	t.BatchDocuments = cmp.Or(t.BatchDocuments, contract.DefaultBatchDocuments)

	l := &s.Limits
	l.MaxDocuments = cmp.Or(l.MaxDocuments, contract.MaxDocuments)
	l.MaxQueryCharacters = cmp.Or(l.MaxQueryCharacters, contract.MaxQueryCharacters)
	l.MaxDocumentCharacters = cmp.Or(l.MaxDocumentCharacters, contract.MaxDocumentCharacters)
	l.MaxConcurrentRequests = cmp.Or(l.MaxConcurrentRequests, contract.DefaultMaxConcurrentRequests)
	l.RequestTimeoutMilliseconds = cmp.Or(l.RequestTimeoutMilliseconds, contract.DefaultRequestTimeoutMilliseconds)
	l.MaxBodyBytes = cmp.Or(l.MaxBodyBytes, contract.DefaultMaxBodyBytes)

	s.Breaker.FailureThreshold = cmp.Or(s.Breaker.FailureThreshold, contract.DefaultBreakerFailureThreshold)
	s.Breaker.OpenSeconds = cmp.Or(s.Breaker.OpenSeconds, contract.DefaultBreakerOpenSeconds)
	s.Breaker.HalfOpenRequests = cmp.Or(s.Breaker.HalfOpenRequests, contract.DefaultBreakerHalfOpenRequests)

	s.Drain.DelaySeconds = orPointer(s.Drain.DelaySeconds, contract.DefaultDrainDelaySeconds)
	s.Drain.TimeoutSeconds = cmp.Or(s.Drain.TimeoutSeconds, contract.DefaultDrainTimeoutSeconds)

	s.MemoryLimit = cmp.Or(s.MemoryLimit, contract.DefaultMemoryLimitBytes)
	s.Degradation.Policy = cmp.Or(s.Degradation.Policy, contract.DefaultDegradationPolicy)
	s.Queue.LongestWaitMilliseconds = cmp.Or(s.Queue.LongestWaitMilliseconds, contract.DefaultLongestWaitMilliseconds)
	s.Cache.MaxBytes = orPointer(s.Cache.MaxBytes, contract.DefaultCacheBytes)
	return s
}

// EffectiveProcess returns p with every zero field replaced by its default.
func EffectiveProcess(p Process) Process {
	p.Address = cmp.Or(p.Address, DefaultAddress)
	p.MetricsAddress = cmp.Or(p.MetricsAddress, DefaultMetricsAddress)
	p.Precision = cmp.Or(p.Precision, DefaultPrecision)
	p.Page = cmp.Or(p.Page, DefaultPage)
	p.MetricsCompat = cmp.Or(p.MetricsCompat, DefaultMetricsCompat)
	p.LogLevel = cmp.Or(p.LogLevel, DefaultLogLevel)
	p.LogFormat = cmp.Or(p.LogFormat, DefaultLogFormat)
	return p
}

// orPointer copies, so that two Settings never share a value.
func orPointer[T any](p *T, or T) *T {
	if p != nil {
		or = *p
	}
	return &or
}
