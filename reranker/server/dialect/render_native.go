// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/quantumrerank/quantumrerank/reranker/server/api"

// nativeAnswer is our own answer. It is also a superset of what the clients of
// most other dialects read.
type nativeAnswer struct {
	ID              string         `json:"id"`
	Object          string         `json:"object"`
	Model           string         `json:"model"`
	Created         int64          `json:"created"`
	Results         []nativeResult `json:"results"`
	Method          string         `json:"method"`
	MethodUsed      string         `json:"method_used"`
	Degraded        bool           `json:"degraded"`
	DegradedReason  string         `json:"degraded_reason,omitempty"`
	ScoredDocuments int            `json:"scored_documents"`
	CacheHits       int            `json:"cache_hits"`
	Usage           usage          `json:"usage"`
	Tokens          *tokens        `json:"tokens,omitempty"`
	Meta            meta           `json:"meta"`
	ProcessingTime  float64        `json:"processing_time_ms"`
	RequestID       string         `json:"request_id"`
}

type nativeResult struct {
	Index     int      `json:"index"`
	Score     float64  `json:"relevance_score"`
	Rank      int      `json:"rank"`
	Document  any      `json:"document,omitempty"`
	Metadata  metadata `json:"metadata"`
	Truncated bool     `json:"truncated"`
}

// metadata tells how a score came about.
type metadata struct {
	Classical *float64 `json:"classical_score,omitempty"`
	Quantum   *float64 `json:"quantum_score,omitempty"`
	// ShotSD is the standard deviation of the quantum score, with shots.
	ShotSD *float64 `json:"shot_sd,omitempty"`
	// Degenerate says that the text has nothing to score.
	Degenerate bool   `json:"degenerate,omitempty"`
	Stage      string `json:"stage,omitempty"`
	// Passage is the part of a long document that gave the score.
	Passage *api.Passage `json:"passage,omitempty"`
}

func nativeOf(a *api.Answer) nativeAnswer {
	rank := 0
	body := nativeAnswer{
		ID:      a.RequestID,
		Object:  "rerank",
		Model:   a.Model,
		Created: a.Created.Unix(),
		Results: each(a, func(r *api.Result) nativeResult {
			rank++
			return nativeResult{
				Index: r.Index, Score: score(a, r), Rank: rank, Document: echo(a, r),
				Metadata: metadata{
					Classical: r.Classical, Quantum: r.Quantum, ShotSD: r.ShotSD, Degenerate: r.Degenerate,
					Stage: r.Stage, Passage: r.Passage,
				},
				Truncated: r.Truncated,
			}
		}),
		Method:          a.Method,
		MethodUsed:      a.MethodUsed,
		Degraded:        a.Degraded,
		DegradedReason:  a.DegradedReason,
		ScoredDocuments: a.ScoredDocuments,
		CacheHits:       a.CacheHits,
		Usage:           usageOf(a),
		Meta:            metaOf(a, "1"),
		ProcessingTime:  api.Milliseconds(a.Elapsed),
		RequestID:       a.RequestID,
	}
	if a.ReturnTokens {
		body.Tokens = body.Meta.Tokens
	}
	return body
}

func renderNative(a *api.Answer) any { return nativeOf(a) }

// renderCommon adds the list under Voyage's name for it as well: a request of
// its clients that has neither top_k nor truncation looks like everybody's. It
// has no documents, as Voyage's answers do unless one asks for them.
func renderCommon(a *api.Answer) any {
	return struct {
		nativeAnswer
		Data []voyageResult `json:"data"`
	}{nativeOf(a), each(a, func(r *api.Result) voyageResult { return voyageResult{Index: r.Index, Score: r.Score} })}
}

// renderVoyageUnion adds Voyage's name for the list to our own answer.
func renderVoyageUnion(a *api.Answer) any {
	return struct {
		nativeAnswer
		Data []voyageResult `json:"data"`
	}{nativeOf(a), voyageResults(a)}
}
