// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// Headers in which a caller says how long it will wait. When both are present
// the shorter time counts.
const (
	// HeaderTimeoutMs holds whole milliseconds.
	HeaderTimeoutMs = "Request-Timeout-Ms"
	// HeaderTimeout holds seconds, with or without a fraction, or a duration
	// such as "1.5s" or "250ms".
	HeaderTimeout = "X-Request-Timeout"
)

// longestTimeout is what an absurdly large wish becomes, so that arithmetic
// with it cannot overflow.
const longestTimeout = 24 * time.Hour

// patience returns how long the caller will wait, at most limit.
func patience(h http.Header, limit time.Duration) (time.Duration, *api.Problem) {
	if v := h.Get(HeaderTimeoutMs); v != "" {
		ms, err := strconv.ParseInt(v, 10, 64)
		if err != nil || ms <= 0 {
			return 0, badTimeout(HeaderTimeoutMs, "a positive whole number of milliseconds")
		}
		limit = min(limit, time.Duration(min(ms, longestTimeout.Milliseconds()))*time.Millisecond)
	}
	if v := h.Get(HeaderTimeout); v != "" {
		d, ok := parseTimeout(v)
		if !ok {
			return 0, badTimeout(HeaderTimeout, "positive seconds or a duration such as 1.5s or 250ms")
		}
		limit = min(limit, d)
	}
	return limit, nil
}

func parseTimeout(v string) (time.Duration, bool) {
	v = strings.TrimSpace(v)
	if seconds, err := strconv.ParseFloat(v, 64); err == nil {
		// The comparison is false for NaN.
		if !(seconds > 0) {
			return 0, false
		}
		d := time.Duration(min(seconds, longestTimeout.Seconds()) * float64(time.Second))
		return max(d, time.Nanosecond), true
	}
	d, err := time.ParseDuration(v)
	return min(d, longestTimeout), err == nil && d > 0
}

func badTimeout(header, want string) *api.Problem {
	return api.NewProblem(api.CodeInvalidHeader, "header %s: want %s", header, want)
}
