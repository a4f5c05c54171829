// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
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
	c, err := newCaller(t, true)
	if err != nil {
		return Server{}, err
	}
	defer c.close()
	body, status, err := c.get(ctx, contract.PathHealthDetailed)
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

// get reads what needs no key.
func (c *caller) get(ctx context.Context, path string) (body []byte, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, nil)
	if err != nil {
		return nil, 0, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxHealth))
	return body, resp.StatusCode, err
}

// maxHealth bounds what is read of an answer about health.
const maxHealth = 1 << 20

// WaitReady asks until the target is ready or the time is over. It does not ask
// at all with a time of 0.
func WaitReady(ctx context.Context, t Target, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	c, err := newCaller(t, true)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithTimeoutCause(ctx, wait, fmt.Errorf("the server is not ready after %v", wait))
	defer cancel()
	again := time.NewTicker(readyEvery)
	defer again.Stop()
	for {
		if err := c.api.Ready(ctx); err == nil {
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
