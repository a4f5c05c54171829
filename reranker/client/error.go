// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Error is an answer of the server that is not what was asked for.
type Error struct {
	// Status is the HTTP status.
	Status int `json:"-"`
	// Code is one of the codes in docs/http-api.md; empty when something else
	// than a rerank server answered.
	Code string `json:"code"`
	// Message says what happened.
	Message string `json:"message"`
	// RequestID finds the request in the server's log.
	RequestID string `json:"request_id"`
	// Violations lists what is wrong with the request.
	Violations []Violation `json:"errors"`
	// RetryAfter is when the server wants to be asked again; 0 for never.
	RetryAfter time.Duration `json:"-"`
}

// Violation is one value of a request that breaks a rule.
type Violation struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Index   *int   `json:"index"`
	Limit   any    `json:"limit"`
	Value   any    `json:"value"`
	Message string `json:"message"`
}

// Error implements error.
func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("rerank: status %d", e.Status)
	}
	return fmt.Sprintf("rerank: %s (status %d, code %s, request %s)", e.Message, e.Status, e.Code, e.RequestID)
}

// Temporary reports whether the same request may succeed later.
func (e *Error) Temporary() bool {
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway:
		return true
	}
	return false
}

// errorOf makes an Error of an answer.
func errorOf(resp *http.Response, body []byte) *Error {
	e := new(Error)
	// A body that is not ours leaves e empty, which is all we know then.
	_ = json.Unmarshal(body, e)
	e.Status = resp.StatusCode
	if e.RequestID == "" {
		e.RequestID = resp.Header.Get("X-Request-ID")
	}
	if ms, err := strconv.ParseInt(resp.Header.Get("Retry-After-Ms"), 10, 64); err == nil && ms > 0 {
		e.RetryAfter = time.Duration(ms) * time.Millisecond
	} else if s, err := strconv.ParseInt(resp.Header.Get("Retry-After"), 10, 64); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}
