// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

import (
	"fmt"
	"time"
)

// Reason says which budget refused a request.
type Reason string

// Reasons of an OverloadedError, as they appear in metrics.
const (
	ReasonQueue    Reason = "queue_full"  // the predicted or actual wait is too long
	ReasonBytes    Reason = "byte_budget" // too many bytes in flight
	ReasonMemory   Reason = "memory"      // the process is short of memory
	ReasonDraining Reason = "draining"    // the process is about to stop
)

// Reasons lists every Reason.
func Reasons() []Reason {
	return []Reason{ReasonQueue, ReasonBytes, ReasonMemory, ReasonDraining}
}

// OverloadedError says that a request was refused because of other work, and
// may be tried again.
type OverloadedError struct {
	Reason Reason
	// RetryAfter is when a new try has a chance.
	RetryAfter time.Duration
	// Detail says it with numbers, for a person.
	Detail string
}

func (e *OverloadedError) Error() string {
	return fmt.Sprintf("overloaded (%s): %s; retry after %v", e.Reason, e.Detail, e.RetryAfter.Round(time.Millisecond))
}

// TooLargeError says that a request can never be admitted.
type TooLargeError struct {
	// Bytes is what the request would hold, Limit the whole budget.
	Bytes, Limit int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("request needs about %d bytes of memory, more than the budget of %d bytes", e.Bytes, e.Limit)
}
