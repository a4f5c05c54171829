// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"time"
)

// Problem is a request that was not answered as the caller wished, for a
// reason that the caller may know. It never carries the text of a query or a
// document, nor of an internal error.
type Problem struct {
	Code Code
	// Message says what happened in one sentence.
	Message string
	// Violations lists what is wrong with the request, the most important
	// first; empty for problems that are not about one value.
	Violations []Violation
	// RetryAfter is when to try again; 0 for problems that time does not cure.
	RetryAfter time.Duration
	// Allow lists the allowed methods of a method_not_allowed.
	Allow string
}

// Violation is one value of a request that breaks a rule.
type Violation struct {
	Code Code `json:"code"`
	// Field is the name of the field, Pointer its JSON pointer.
	Field   string `json:"field"`
	Pointer string `json:"pointer"`
	// Index is the position in the field when it is a list.
	Index *int `json:"index,omitempty"`
	// Limit is the bound that was broken, or the list of legal values.
	Limit any `json:"limit,omitempty"`
	// Value is the actual value: a count, a number, a short name. Never text
	// of a query or a document.
	Value   any    `json:"value,omitempty"`
	Message string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return fmt.Sprintf("%s: %s", p.Code, p.Message) }

// Status returns the HTTP status of p.
func (p *Problem) Status() int { return p.Code.Status() }

// NewProblem makes a Problem from a code and a formatted message.
func NewProblem(code Code, format string, args ...any) *Problem {
	return &Problem{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes the Problem of a request with violations, which must not be
// empty. The first one gives the code and the message.
func Invalid(violations []Violation) *Problem {
	return &Problem{
		Code:       violations[0].Code,
		Message:    violations[0].Message,
		Violations: violations,
	}
}

// Internal is the problem of everything that we did not foresee. Its words
// are part of the API; the cause is in the log under the request's id.
func Internal() *Problem {
	return &Problem{Code: CodeInternal, Message: "An unexpected error occurred"}
}

// Body is the JSON of a Problem: the API's structured error, with the
// members of RFC 9457 beside it so that generic clients read it too.
type Body struct {
	Error            string  `json:"error"`
	Message          string  `json:"message"`
	RequestID        string  `json:"request_id"`
	ProcessingTimeMs float64 `json:"processing_time_ms"`

	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`

	Code         Code        `json:"code"`
	ErrorType    string      `json:"error_type"`
	Errors       []Violation `json:"errors,omitempty"`
	Retryable    bool        `json:"retryable"`
	RetryAfterMs int64       `json:"retry_after_ms,omitempty"`
}

// Body renders p for the request with the given id that has taken elapsed.
func (p *Problem) Body(requestID string, elapsed time.Duration) Body {
	return Body{
		Error:            p.Code.Title(),
		Message:          p.Message,
		RequestID:        requestID,
		ProcessingTimeMs: Milliseconds(elapsed),
		Type:             "urn:quantumrerank:problem:" + string(p.Code),
		Title:            p.Code.Title(),
		Status:           p.Status(),
		Detail:           p.Message,
		Instance:         "/requests/" + requestID,
		Code:             p.Code,
		ErrorType:        p.Code.Family(),
		Errors:           p.Violations,
		Retryable:        p.Code.Retryable(),
		RetryAfterMs:     p.RetryAfter.Milliseconds(),
	}
}

// Milliseconds returns d in milliseconds, rounded to two decimals as the
// API promises.
func Milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond).Microseconds()) / 1000
}
