// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"errors"
	"fmt"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// Lexical is what MethodUsed says when no document could be scored by any
// method and all were ranked by their prior.
const Lexical method.Name = "lexical"

// Policy says when an answer may leave documents unscored.
type Policy string

// Policies, each of which includes the one before it. Their words are the
// contract's.
const (
	Never      Policy = contract.DegradationNever
	OnOverload Policy = contract.DegradationOnOverload
	OnDeadline Policy = contract.DegradationOnDeadline
)

// ParsePolicy reads one of the three words.
func ParsePolicy(s string) (Policy, error) {
	switch p := Policy(s); p {
	case Never, OnOverload, OnDeadline:
		return p, nil
	}
	return "", fmt.Errorf("degradation policy is %q, want one of %q", s, []Policy{Never, OnOverload, OnDeadline})
}

// Request asks for documents in the order of their relevance to a query.
type Request struct {
	Query     string
	Documents []string
	// Passages are scored instead of the documents, if it is set; then the results
	// are those of the texts that it cut, or of the documents where it was not
	// called, or not to its end.
	Passages *Passages
	// Method is the ranker's default when empty.
	Method method.Name
	// Priors, if any, are the caller's own scores, one per document, at least
	// 0: hybrid mixes them in over their largest, and they decide the order of
	// work.
	Priors []float64
	// Arrived is when the request reached the server; its target and timeout
	// count from there. Zero means now.
	Arrived time.Time
	// Deadline is when the caller wants the answer, if it said so. It replaces
	// the rerank target as the time within which an answer is given.
	Deadline time.Time
	// Budget bounds how many documents are scored in full under OnDeadline, the
	// most promising ones: a budget that no load and no machine changes. Known
	// documents count as well. 0 means that time alone decides.
	Budget int
	// TruncateNone refuses texts that are longer than the model reads.
	TruncateNone bool
	// Degradation is the ranker's default when empty.
	Degradation Policy
}

// Response is the answer to a Request.
type Response struct {
	// Results are all documents, best first, ties by ascending index.
	Results []Result
	Report
}

// LeftOut warns of the results that were not scored; empty if all were. Results
// may be joined first, so it is no part of the Report's warnings.
func (r *Response) LeftOut() string {
	left := 0
	for i := range r.Results {
		if r.Results[i].Stage == StagePrior {
			left++
		}
	}
	if left == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d documents were not scored and rank last by a cheap prior (%s)", left, len(r.Results), r.DegradedReason)
}

// Result is one document of an answer.
type Result struct {
	Index int
	// Score is in [0,1].
	Score float64
	// Classical and Quantum are the parts that were computed.
	Classical, Quantum *float64
	// Truncated says that the model read only the beginning.
	Truncated bool
	// ShotSD is the standard deviation of Quantum that a finite number of shots
	// causes; nil where it is exact.
	ShotSD *float64
	// Degenerate says that the text has nothing to score, and Score is 0.
	Degenerate bool
	Stage      Stage
}

// Stage says what gave a score.
type Stage string

// Stages.
const (
	StageEncoded Stage = "encoded" // the method, on a text that was encoded now
	StageCached  Stage = "cached"  // the method, on a text that was known
	StagePrior   Stage = "prior"   // not scored: ranked by its prior
	StageBlank   Stage = "blank"   // a text without words
)

// Scored reports whether the model has read the text.
func (s Stage) Scored() bool { return s == StageEncoded || s == StageCached }

// Report says how an answer came about.
type Report struct {
	MethodRequested, MethodUsed method.Name
	// Degraded says that the answer is not all that was asked for;
	// DegradedReason is one of the Reason constants then.
	Degraded       bool
	DegradedReason string
	// ScoredDocuments counts those with a score of MethodUsed.
	ScoredDocuments int
	CacheHits       int
	// QueryTokens and DocumentTokens went through the encoder, now or when the
	// text was first seen.
	QueryTokens, DocumentTokens int
	Timings                     []Timing
	Warnings                    []string
}

// Reasons of a degraded answer.
const (
	ReasonDeadline = "deadline" // the time was up
	ReasonOverload = "overload" // others had the time
	ReasonBreaker  = "breaker"  // a part of the engine failed or is switched off
	ReasonMemory   = "memory"
)

// Timing is the time of one stage of a request.
type Timing struct {
	Stage    string
	Began    time.Time
	Duration time.Duration
}

// Names of the timed stages.
const (
	timeQueue  = "queue"
	timePrior  = "prior"
	timeCache  = "cache"
	timeEncode = "encode"
	timeScore  = "score"
	timeSort   = "sort"
)

var errNoDocuments = errors.New("a rerank needs at least one document")

func (q *Request) check() error {
	if len(q.Documents) == 0 {
		return errNoDocuments
	}
	if q.Priors != nil && len(q.Priors) != len(q.Documents) {
		return fmt.Errorf("%d priors for %d documents", len(q.Priors), len(q.Documents))
	}
	return nil
}
