// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"errors"
	"fmt"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// OverloadedError says that the request was refused because of other work and
// may be tried again: 429.
type OverloadedError = limit.OverloadedError

// TooLargeError says that the request can never be admitted: 413.
type TooLargeError = limit.TooLargeError

// ErrDeadline says that the time of the request was up before its answer: 504.
// It is context.DeadlineExceeded to errors.Is, as well.
var ErrDeadline = errors.New("deadline passed before the answer")

// TruncationError says that a text is longer than the model reads, in a
// request that wants none truncated: 422.
type TruncationError struct {
	// Index is the document's, or -1 for the query.
	Index         int
	Tokens, Limit int
}

func (e *TruncationError) Error() string {
	what := "query"
	if e.Index >= 0 {
		what = fmt.Sprintf("document %d", e.Index)
	}
	return fmt.Sprintf("%s has %d tokens, more than the %d that the model reads", what, e.Tokens, e.Limit)
}

// UnavailableError says that the engine is switched off after failures: 503.
type UnavailableError struct{ RetryAfter time.Duration }

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("engine is switched off after failures; retry after %v", e.RetryAfter.Round(time.Millisecond))
}

// EngineError is a failure of the engine that nothing could stand in for: 500.
// Its text belongs in the log.
type EngineError struct{ Err error }

func (e *EngineError) Error() string { return "engine: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *EngineError) Unwrap() error { return e.Err }
