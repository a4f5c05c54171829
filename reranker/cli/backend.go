// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server"
)

// backend loads the model and puts the ranker behind the server. What it
// starts lives until ctx ends; load bounds the loading alone.
func (c *command) backend(ctx, load context.Context, cfg config.Config, o *observer, step func(string)) (*server.Backend, error) {
	o.declare()
	p, err := assemble(load, cfg, o.log, o.options, step)
	if err != nil {
		return nil, err
	}
	memory.CollectOften()
	o.ranker(p.ranker)
	monitor := memory.NewMonitor(memory.Options{
		Reader: o.reader, Logger: o.log,
		OnStage: func(_, to memory.Stage) { p.ranker.Pressure(to) },
	})
	o.memory(monitor)
	watching := make(chan struct{})
	watch, stop := context.WithCancel(ctx)
	go func() { defer close(watching); monitor.Run(watch) }()
	o.log.Info("Loaded model", "dir", cfg.Settings.Model.Dir, "kernel", p.info.Kernel,
		"precision", string(p.info.Precision), "because", p.info.Reason, "weights", p.info.Weights, "threads", p.info.Threads)
	o.log.Info("Planned memory", "limitBytes", cfg.Settings.MemoryLimit,
		"requestBytes", p.plan.Requests, "cacheBytes", p.plan.Cache)
	return &server.Backend{
		Ranker: p.ranker,
		Model: server.Model{
			Name: cfg.Settings.Model.Name, Digest: p.info.Digest, Architecture: p.info.Architecture,
			Dimensions: p.info.Dim, MaxTokens: p.info.MaxTokens, Precision: string(p.info.Precision),
			Kernel: p.info.Kernel, Threads: p.info.Threads, CrossEncoder: p.info.CrossEncoder,
		},
		SelfTest:    p.ranker.SelfTest,
		WarmUp:      p.ranker.WarmUp,
		Breakers:    func() map[string]health.Breaker { return breakers(p.ranker) },
		Door:        p.ranker.Door,
		Hold:        p.ranker.Hold,
		CountTokens: func(document string) int { return p.engine.CountTokens(engine.KindDocument, document) },
		Close: func() error {
			stop()
			<-watching
			return p.engine.Close()
		},
	}, nil
}

func breakers(r *rerank.Ranker) map[string]health.Breaker {
	out := map[string]health.Breaker{}
	for _, s := range r.Breakers() {
		out[s.Name] = health.Breaker{
			State: string(s.State), FailuresInARow: s.FailuresInARow, RetryAfterMs: int64(s.RetryAfter / time.Millisecond),
		}
	}
	return out
}
