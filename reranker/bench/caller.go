// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Target is the server under load.
type Target struct {
	// URL is its address, such as "http://host:8000".
	URL string
	// Key is sent as a Bearer token if it is not empty.
	Key string
	// Timeout ends a request; 0 means 30 seconds.
	Timeout time.Duration
	// Connections bounds the connections at a time. 0 means 100 in a closed
	// scenario, which is what the mission's client opens, and no bound in an
	// open one.
	Connections int
}

// missionConnections is the limit of the HTTP client of the mission's test.
const missionConnections = 100

// Outcome is how a request ended.
type Outcome string

// Outcomes of a request.
const (
	Answered Outcome = "answered"
	Shed     Outcome = "shed"
	Failed   Outcome = "failed"
)

// Sample is one request that ended.
type Sample struct {
	// At is when the request was due, in seconds from the scenario's start.
	At float64
	// Seconds is the time from then to the last byte of the answer.
	Seconds float64
	Outcome Outcome
	// Status is 0 without an answer, and Err then says why.
	Status    int
	Err       string
	Documents int
	Degraded  bool
}

// caller sends requests.
type caller struct {
	target Target
	client *http.Client
}

func newCaller(t Target, open bool) *caller {
	if t.Timeout <= 0 {
		t.Timeout = 30 * time.Second
	}
	if t.Connections <= 0 && !open {
		t.Connections = missionConnections
	}
	t.URL = strings.TrimRight(t.URL, "/")
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		MaxConnsPerHost:     t.Connections,
		MaxIdleConnsPerHost: max(t.Connections, missionConnections),
		IdleConnTimeout:     30 * time.Second,
	}
	return &caller{target: t, client: &http.Client{Transport: transport}}
}

func (c *caller) close() { c.client.CloseIdleConnections() }

// post sends body to path. The sample has no times yet.
func (c *caller) post(ctx context.Context, path string, body []byte) Sample {
	ctx, cancel := context.WithTimeout(ctx, c.target.Timeout)
	defer cancel()
	answer, status, retry, err := c.exchange(ctx, http.MethodPost, path, body)
	s := Sample{Status: status, Outcome: Failed}
	switch {
	case err != nil:
		s.Err = err.Error()
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && retry:
		s.Outcome = Shed
	case status != http.StatusOK:
		s.Err = problem(status, answer)
	default:
		var said struct {
			Degraded bool              `json:"degraded"`
			Results  []json.RawMessage `json:"results"`
			Data     []json.RawMessage `json:"data"`
		}
		if err := json.Unmarshal(answer, &said); err != nil {
			s.Err = fmt.Sprintf("status 200, but no JSON: %v", err)
			break
		}
		if len(said.Results)+len(said.Data) == 0 {
			s.Err = "status 200 without results"
			break
		}
		s.Outcome, s.Degraded = Answered, said.Degraded
	}
	return s
}

// problem is the first line of what the server said.
func problem(status int, body []byte) string {
	var p struct{ Error, Message string }
	if json.Unmarshal(body, &p) == nil && p.Message != "" {
		return fmt.Sprintf("status %d: %s", status, p.Message)
	}
	line, _, _ := strings.Cut(string(body), "\n")
	return fmt.Sprintf("status %d: %.120s", status, line)
}

func (c *caller) exchange(ctx context.Context, verb, path string, body []byte) (answer []byte, status int, retry bool, err error) {
	req, err := http.NewRequestWithContext(ctx, verb, c.target.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, false, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.target.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.target.Key)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, 0, false, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return answer, resp.StatusCode, resp.Header.Get("Retry-After") != "", err
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 20
