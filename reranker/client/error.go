// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"encoding/json"
	"errors"
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

// Kinds of Error, for errors.Is: what a caller would do about them.
var (
	// ErrInvalid: mend the request; Violations say where.
	ErrInvalid = errors.New("invalid request")
	// ErrUnauthorized: send a key that the server knows.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrOverloaded: try again after RetryAfter, or send less.
	ErrOverloaded = errors.New("overloaded")
	// ErrUnavailable: try again, preferably elsewhere.
	ErrUnavailable = errors.New("unavailable")
	// ErrDeadline: give it more time or fewer documents.
	ErrDeadline = errors.New("deadline exceeded on the server")
)

// Is implements errors.Is for the kinds of Error.
func (e *Error) Is(target error) bool {
	switch e.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return target == ErrInvalid
	case http.StatusUnauthorized, http.StatusForbidden:
		return target == ErrUnauthorized
	case http.StatusTooManyRequests:
		return target == ErrOverloaded
	case http.StatusServiceUnavailable, http.StatusBadGateway:
		return target == ErrUnavailable
	case http.StatusGatewayTimeout:
		return target == ErrDeadline || target == context.DeadlineExceeded
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
	e.RetryAfter = retryAfter(resp.Header, time.Now())
	return e
}

// retryAfter reads the headers that say when to try again: milliseconds where
// the server gives them, else whole seconds, or a date, which proxies send.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseInt(h.Get("Retry-After-Ms"), 10, 64); err == nil && ms > 0 {
		return time.Duration(min(ms, maxRetryAfter.Milliseconds())) * time.Millisecond
	}
	after := h.Get("Retry-After")
	if s, err := strconv.ParseInt(after, 10, 64); err == nil && s > 0 {
		return time.Duration(min(s, int64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil && at.After(now) {
		return min(at.Sub(now), maxRetryAfter)
	}
	return 0
}

// maxRetryAfter bounds what a header can say, far beyond any caller's patience.
const maxRetryAfter = 24 * time.Hour
