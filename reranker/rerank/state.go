// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"runtime/debug"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
)

// Stats is what the ranker knows of itself, for metrics and health.
type Stats struct {
	Usage       limit.Usage
	Cache       cache.Stats
	BusyWorkers int
	Workers     int
}

// Stats returns the present figures.
func (r *Ranker) Stats() Stats {
	return Stats{Usage: r.limiter.Usage(), Cache: r.texts.Stats(), BusyWorkers: r.scheduler.Busy(), Workers: r.opt.Workers}
}

// Breakers returns the state of every breaker.
func (r *Ranker) Breakers() []breaker.Snapshot {
	return []breaker.Snapshot{r.quantum.Snapshot(), r.engine.Snapshot()}
}

// Pressure reacts to the stage of memory: it gives memory back from Shrink on
// and refuses new requests from Shed on.
func (r *Ranker) Pressure(stage memory.Stage) {
	if stage >= memory.Shed {
		r.limiter.Close(limit.ReasonMemory)
	} else {
		r.limiter.Open(limit.ReasonMemory)
	}
	if stage < memory.Shrink {
		r.texts.Resize(r.opt.CacheBytes)
		r.scheduler.SetBatchTokens(0)
		return
	}
	r.texts.Resize(r.opt.CacheBytes / 4)
	r.scheduler.SetBatchTokens(r.opt.BatchTokens / 2)
	debug.FreeOSMemory()
}

// Hold reserves memory for the texts of a body of so many bytes, which is about
// to be read, or says that there is none.
func (r *Ranker) Hold(bytes int64) (release func(), err error) {
	ticket, err := r.limiter.Hold(copies * bytes)
	if err != nil {
		return nil, err
	}
	return ticket.Release, nil
}

// Drain refuses new requests for good; those under way are finished.
func (r *Ranker) Drain() { r.limiter.Close(limit.ReasonDraining) }
