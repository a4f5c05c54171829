// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"cmp"
	"log/slog"
	"runtime"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

// Options configure a Ranker. A zero field takes the default beside it.
type Options struct {
	// Method is used where a request names none; hybrid.
	Method method.Name
	// Degradation is the policy where a request names none; OnDeadline.
	Degradation Policy
	// Diversify is the strength by which near copies of a better document move
	// down; 0 means not at all.
	Diversify float64
	// Timeout ends every request; 10 s. Target is when an answer is given at
	// the latest where the policy allows one before all is scored; 500 ms.
	Timeout, Target time.Duration
	// LongestWait is the predicted wait above which a request is refused; 1 s.
	LongestWait time.Duration
	// Concurrent is the number of requests that are worked on at a time; 8.
	Concurrent int
	// RequestBytes is the memory of all requests in flight together; 0 means
	// no bound. CacheBytes bounds the cache of prepared texts; 0 means none.
	RequestBytes, CacheBytes int64
	// TextsHeld says that the memory of the texts was reserved by Hold before
	// they were read, so that admission counts what is made of them alone.
	TextsHeld bool
	// DocumentBytes is about what one prepared document holds; 16 KiB.
	DocumentBytes int64
	// Workers is the number of micro-batches at a time; GOMAXPROCS.
	// BatchTokens bounds a micro-batch.
	Workers, BatchTokens int
	// Quantum and Engine configure the circuit breakers around the two paths.
	// Their promised defaults are 3 failures and 30 s, 5 and 60 s.
	Quantum, Engine breaker.Options
	// OnTransition is told of each change of a breaker, OnBatch of each
	// micro-batch. Both must return quickly.
	OnTransition func(breaker.Transition)
	OnBatch      func(schedule.Batch)
	// Logger receives failures of the engine; nil logs nothing. Texts of
	// requests are never logged.
	Logger *slog.Logger
}

// FromSettings returns the options that follow from a pod's effective
// settings.
func FromSettings(s contract.Settings) Options {
	return Options{
		Method:      method.Name(s.Method),
		Degradation: Policy(s.Degradation.Policy),
		Diversify:   float64(s.Diversify.StrengthPercent) / 100,
		Timeout:     time.Duration(s.Limits.RequestTimeoutMilliseconds) * time.Millisecond,
		Target:      time.Duration(s.Targets.RerankLatencyMilliseconds) * time.Millisecond,
		LongestWait: time.Duration(s.Queue.LongestWaitMilliseconds) * time.Millisecond,
		Concurrent:  s.Limits.MaxConcurrentRequests,
		Quantum: breaker.Options{
			Failures: s.Breaker.FailureThreshold,
			OpenFor:  time.Duration(s.Breaker.OpenSeconds) * time.Second,
			Probes:   s.Breaker.HalfOpenRequests,
		},
	}
}

func (o Options) withDefaults() Options {
	o.Method = cmp.Or(o.Method, method.Name(contract.DefaultMethod))
	o.Degradation = cmp.Or(o.Degradation, Policy(contract.DefaultDegradationPolicy))
	o.Timeout = cmp.Or(o.Timeout, contract.DefaultRequestTimeoutMilliseconds*time.Millisecond)
	o.Target = cmp.Or(o.Target, contract.DefaultRerankLatencyMilliseconds*time.Millisecond)
	o.LongestWait = cmp.Or(o.LongestWait, contract.DefaultLongestWaitMilliseconds*time.Millisecond)
	o.Concurrent = cmp.Or(o.Concurrent, contract.DefaultMaxConcurrentRequests)
	o.DocumentBytes = cmp.Or(o.DocumentBytes, 16<<10)
	o.Workers = cmp.Or(o.Workers, runtime.GOMAXPROCS(0))
	o.BatchTokens = cmp.Or(o.BatchTokens, schedule.DefaultBatchTokens)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.Quantum = o.breaker(o.Quantum, QuantumBreaker, breaker.Options{
		Failures: contract.DefaultBreakerFailureThreshold,
		OpenFor:  contract.DefaultBreakerOpenSeconds * time.Second, CallTimeout: 2 * time.Second,
	})
	o.Engine = o.breaker(o.Engine, EngineBreaker, breaker.Options{Failures: 5, OpenFor: time.Minute, CallTimeout: time.Minute})
	return o
}

func (o Options) breaker(b breaker.Options, name string, or breaker.Options) breaker.Options {
	b.Name = name
	b.Failures = cmp.Or(b.Failures, or.Failures)
	b.OpenFor = cmp.Or(b.OpenFor, or.OpenFor)
	b.CallTimeout = cmp.Or(b.CallTimeout, or.CallTimeout)
	b.Logger, b.OnChange = o.Logger, o.OnTransition
	return b
}

// Names of the breakers in logs, metrics and health.
const (
	QuantumBreaker = "quantum"
	EngineBreaker  = "engine"
)
