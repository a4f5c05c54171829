// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

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
