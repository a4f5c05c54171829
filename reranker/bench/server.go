// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Server is what the target says about itself.
type Server struct {
	Status string `json:"status"`
	// MemoryMB is the memory in use, in MiB; nil if it is not told.
	MemoryMB *float64 `json:"memory_mb,omitempty"`
	// EngineMs is the time of the server's own golden pair.
	EngineMs *float64 `json:"engine_ms,omitempty"`
}

// Ask reads the target's detailed health.
func Ask(ctx context.Context, t Target) (Server, error) {
	c := newCaller(t, true)
	defer c.close()
	ctx, cancel := context.WithTimeout(ctx, c.target.Timeout)
	defer cancel()
	body, status, _, err := c.exchange(ctx, http.MethodGet, contract.PathHealthDetailed, nil)
	if err != nil {
		return Server{}, fmt.Errorf("the server does not answer: %w", err)
	}
	var said struct {
		Status string
		Checks struct {
			Memory struct {
				MB *float64 `json:"memory_mb"`
			}
			Engine struct {
				Ms *float64 `json:"response_time_ms"`
			} `json:"quantum_engine"`
		}
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return Server{}, fmt.Errorf("%s: status %d: %w", contract.PathHealthDetailed, status, err)
	}
	return Server{Status: said.Status, MemoryMB: said.Checks.Memory.MB, EngineMs: said.Checks.Engine.Ms}, nil
}

// WaitReady asks until the target is ready or the time is over. It does not ask
// at all with a time of 0.
func WaitReady(ctx context.Context, t Target, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	c := newCaller(t, true)
	defer c.close()
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("the server is not ready after %v", wait))
	defer cancel()
	again := time.NewTicker(readyEvery)
	defer again.Stop()
	for {
		_, status, _, err := c.exchange(ctx, http.MethodGet, contract.PathHealthReady, nil)
		if err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// readyEvery is the pause between two questions.
const readyEvery = 250 * time.Millisecond
