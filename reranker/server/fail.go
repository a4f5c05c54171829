// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// errDrained is the cause of contexts that end because the pod leaves.
var errDrained = errors.New("the server is shutting down")

// drainedRetry is when a caller whose request was cut short should try again:
// by then it reaches another pod.
const drainedRetry = time.Second

// fail answers with the problem that err is. What only we may know goes to
// the log.
func (x *exchange) fail(err error) {
	var p *panicked
	if errors.As(err, &p) && x.wrote {
		// Half an answer cannot be taken back: drop the connection.
		x.cause, x.code = err, api.CodeInternal
		panic(http.ErrAbortHandler)
	}
	problem := x.problemOf(err)
	if problem.Code == api.CodeInternal || problem.Code == api.CodeUnavailable {
		x.cause = err
	}
	x.count(problem, err)
	x.problem(problem)
}

// problemOf finds the family of an error: the caller's fault, overload, time,
// or ours.
func (x *exchange) problemOf(err error) *api.Problem {
	var (
		problem     *api.Problem
		overloaded  *rerank.OverloadedError
		large       *rerank.TooLargeError
		truncation  *rerank.TruncationError
		unavailable *rerank.UnavailableError
		method      *rerank.MethodError
		bytes       *http.MaxBytesError
	)
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.As(err, &bytes):
		return api.NewProblem(api.CodeBodyTooLarge, "the body is larger than %d bytes", bytes.Limit)
	case errors.As(err, &overloaded) && overloaded.Reason == limit.ReasonDraining:
		p := api.NewProblem(api.CodeDraining, "the server is shutting down")
		p.RetryAfter = drainedRetry
		return p
	case errors.As(err, &overloaded):
		p := api.NewProblem(api.CodeOverloaded, "the server is busy: %s", overloaded.Detail)
		p.RetryAfter = overloaded.RetryAfter
		return p
	case errors.As(err, &large):
		return api.NewProblem(api.CodeRequestTooLarge,
			"the request needs about %d bytes of memory, more than the limit of %d", large.Bytes, large.Limit)
	case errors.As(err, &truncation):
		return truncationProblem(truncation, x.documentsField)
	case errors.As(err, &method):
		return api.Invalid([]api.Violation{{
			Code: api.CodeMethodInvalid, Field: "method", Pointer: "/method", Value: string(method.Method), Message: method.Error(),
		}})
	case errors.As(err, &unavailable):
		p := api.NewProblem(api.CodeUnavailable, "the engine is switched off after failures")
		p.RetryAfter = unavailable.RetryAfter
		return p
	case x.drained():
		p := api.NewProblem(api.CodeDraining, "the server shut down before the answer was complete")
		p.RetryAfter = drainedRetry
		return p
	case errors.Is(err, rerank.ErrDeadline), errors.Is(err, context.DeadlineExceeded):
		return api.NewProblem(api.CodeDeadlineExceeded, "the deadline passed before the answer was complete")
	case errors.Is(err, context.Canceled) && x.r.Context().Err() != nil:
		return api.NewProblem(api.CodeClientClosed, "the caller left before the answer")
	}
	return api.Internal()
}

// truncationProblem calls the documents what the caller called them.
func truncationProblem(e *rerank.TruncationError, documents string) *api.Problem {
	v := api.Violation{
		Code: api.CodeTextTruncated, Field: "query", Pointer: "/query",
		Limit: e.Limit, Value: e.Tokens, Message: e.Error(),
	}
	if e.Index >= 0 {
		v.Field, v.Index = documents, &e.Index
		v.Pointer = "/" + documents + "/" + strconv.Itoa(e.Index)
	}
	return api.Invalid([]api.Violation{v})
}

// count counts what has a metric of its own.
func (x *exchange) count(p *api.Problem, err error) {
	var overloaded *rerank.OverloadedError
	switch {
	case errors.As(err, &overloaded):
		x.s.metrics.CountShed(string(overloaded.Reason))
	case p.Code == api.CodeDeadlineExceeded:
		x.s.metrics.CountDeadline()
	case p.Code == api.CodeClientClosed:
		x.s.metrics.CountCancelled()
	case p.Code == api.CodeUnauthorized:
		x.s.metrics.CountAuthFailure()
	}
}
