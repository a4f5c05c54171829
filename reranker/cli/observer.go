// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"log/slog"
	"sync/atomic"

	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/schedule"
)

// observer connects a ranker to the metrics.
type observer struct {
	metrics *metrics.Metrics
	log     *slog.Logger
	reader  *memory.Reader

	busy                    atomic.Int64 // nanoseconds of workers
	batches, tokens, wasted atomic.Int64
}

func (o *observer) declare() {
	o.metrics.DeclareBreaker(rerank.QuantumBreaker)
	o.metrics.DeclareBreaker(rerank.EngineBreaker)
}

// options has the ranker tell the observer.
func (o *observer) options(opt *rerank.Options) {
	opt.TextsHeld = true // the server holds every body that it reads
	opt.OnTransition = func(t breaker.Transition) {
		o.metrics.BreakerChanged(t.Breaker, string(t.From), string(t.To))
	}
	opt.OnBatch = func(b schedule.Batch) {
		o.busy.Add(int64(b.Took))
		o.batches.Add(1)
		o.tokens.Add(int64(b.Tokens))
		if b.Late {
			o.wasted.Add(int64(b.Items))
		}
	}
}

// ranker adds the series that are read from the ranker at each scrape.
func (o *observer) ranker(r *rerank.Ranker) {
	m := o.metrics
	usage := func(read func(rerank.Stats) float64) func() float64 {
		return func() float64 { return read(r.Stats()) }
	}
	m.Gauge("queue_depth", "Work that waits or is under way.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.Waiting) }), "unit", "requests")
	m.Gauge("queue_depth", "Work that waits or is under way.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.Tokens) }), "unit", "tokens")
	m.Gauge("running_requests", "Requests that have a place.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.Running) }))
	m.Gauge("concurrency_limit", "Places for requests.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.RequestsLimit) }))
	m.Gauge("inflight_bytes", "Memory promised to requests under way.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.Bytes) }))
	m.Gauge("inflight_bytes_limit", "Memory for requests under way.", usage(func(s rerank.Stats) float64 { return float64(s.Usage.BytesLimit) }))
	m.Gauge("engine_tokens_per_second", "Measured speed of all workers, in estimated tokens.", usage(func(s rerank.Stats) float64 { return s.Usage.TokensPerSecond }))
	m.Gauge("utilization_ratio", "Share of the workers that are busy now.", usage(func(s rerank.Stats) float64 {
		return float64(s.BusyWorkers) / float64(s.Workers)
	}))
	m.Counter("worker_busy_seconds_total", "Time that workers were busy.", func() float64 { return float64(o.busy.Load()) / 1e9 })
	m.Counter("batches_total", "Micro-batches that were run.", func() float64 { return float64(o.batches.Load()) })
	m.Counter("batch_tokens_total", "Estimated tokens of the micro-batches that were run.", func() float64 { return float64(o.tokens.Load()) })
	m.Counter("wasted_documents_total", "Texts whose encoding ended after their caller had left.", func() float64 { return float64(o.wasted.Load()) })
	o.cache(usage)
}

func (o *observer) cache(usage func(func(rerank.Stats) float64) func() float64) {
	m := o.metrics
	m.Gauge("cache_bytes", "Size of the cache of prepared texts.", usage(func(s rerank.Stats) float64 { return float64(s.Cache.Bytes) }))
	m.Gauge("cache_bytes_limit", "Largest size of the cache of prepared texts.", usage(func(s rerank.Stats) float64 { return float64(s.Cache.Limit) }))
	m.Gauge("cache_entries", "Texts in the cache.", usage(func(s rerank.Stats) float64 { return float64(s.Cache.Entries) }))
	lookups := func(read func(rerank.Stats) float64, result string) {
		m.Counter("cache_lookups_total", "Lookups of texts in the cache.", usage(read), "result", result)
	}
	lookups(func(s rerank.Stats) float64 { return float64(s.Cache.Hits) }, "hit")
	lookups(func(s rerank.Stats) float64 { return float64(s.Cache.Misses) }, "miss")
	lookups(func(s rerank.Stats) float64 { return float64(s.Cache.Followed) }, "joined")
	m.Counter("cache_evictions_total", "Texts that left the cache for others.", usage(func(s rerank.Stats) float64 { return float64(s.Cache.Evictions) }))
}

// memory adds the series about memory.
func (o *observer) memory(monitor *memory.Monitor) {
	m := o.metrics
	sample := func(read func(memory.Sample) float64) func() float64 {
		return func() float64 {
			s, err := o.reader.Read()
			if err != nil {
				return 0
			}
			return read(s)
		}
	}
	m.Gauge("memory_limit_bytes", "Memory that the process may use.", sample(func(s memory.Sample) float64 { return float64(s.Limit) }))
	m.Gauge("memory_used_bytes", "Memory in use.", sample(func(s memory.Sample) float64 { return float64(s.Used) }), "kind", "working_set")
	m.Gauge("memory_used_bytes", "Memory in use.", sample(func(s memory.Sample) float64 { return float64(s.Resident) }), "kind", "rss")
	m.Gauge("memory_pressure_ratio", "Share of the memory limit that is in use.", sample(memory.Sample.Share))
	for _, stage := range memory.Stages() {
		m.Gauge("memory_state", "1 for the stage of the reaction to memory in use.", func() float64 {
			if monitor.Stage() == stage {
				return 1
			}
			return 0
		}, "state", stage.String())
	}
}
