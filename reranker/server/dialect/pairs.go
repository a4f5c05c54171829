// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"io"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/decode"
)

// PairsEndpoint is one route that takes a similarity request.
type PairsEndpoint struct {
	Path string
	// Name is the value of the label "dialect".
	Name        string
	Read        func(io.Reader, api.Limits) (*decode.Pairs, error)
	Render      func(*api.PairsAnswer) any
	RenderError ErrorRenderer
}

// PairsEndpoints is every route that takes a similarity request.
var PairsEndpoints = []PairsEndpoint{
	{"/v1/similarity", "native", decode.ReadPairs, renderSimilarity, nil},
	{"/similarity", "tei", decode.ReadSentences, renderSentences, nil},
	{"/score", "vllm", decode.ReadPairs, renderScores, nil},
	{"/v1/score", "vllm", decode.ReadPairs, renderScores, nil},
	{"/compat/vllm/score", "vllm", decode.ReadPairs, renderScores, errorOpenAI},
	{"/compat/vllm/v1/score", "vllm", decode.ReadPairs, renderScores, errorOpenAI},
	{"/compat/tei/similarity", "tei", decode.ReadSentences, renderSentences, errorTEI},
}

// scoreList is the answer in vLLM's form.
type scoreList struct {
	ID      string  `json:"id"`
	Object  string  `json:"object"`
	Created int64   `json:"created"`
	Model   string  `json:"model"`
	Data    []scale `json:"data"`
	Usage   usage   `json:"usage"`
}

type scale struct {
	Index     int       `json:"index"`
	Object    string    `json:"object"`
	Score     float64   `json:"score"`
	Metadata  *metadata `json:"metadata,omitempty"`
	Truncated bool      `json:"truncated,omitempty"`
}

func scoresOf(a *api.PairsAnswer, native bool) scoreList {
	data := make([]scale, len(a.Scores))
	for i, s := range a.Scores {
		data[i] = scale{Index: i, Object: "score", Score: s.Score}
		if native {
			data[i].Metadata = &metadata{Classical: s.Classical, Quantum: s.Quantum, ShotSD: s.ShotSD, Degenerate: s.Degenerate}
			data[i].Truncated = s.Truncated
		}
	}
	return scoreList{
		ID: a.RequestID, Object: "list", Created: a.Created.Unix(), Model: a.Model,
		Data: data, Usage: usage{a.Tokens, a.Tokens},
	}
}

func renderScores(a *api.PairsAnswer) any { return scoresOf(a, false) }

// renderSimilarity is our own answer: vLLM's with the method, and the one
// similarity by its name when there is one.
func renderSimilarity(a *api.PairsAnswer) any {
	var one *float64
	if len(a.Scores) == 1 {
		one = &a.Scores[0].Score
	}
	return struct {
		scoreList
		Similarity     *float64 `json:"similarity,omitempty"`
		Method         string   `json:"method"`
		MethodUsed     string   `json:"method_used"`
		Degraded       bool     `json:"degraded"`
		DegradedReason string   `json:"degraded_reason,omitempty"`
		Warnings       []string `json:"warnings,omitempty"`
		ProcessingTime float64  `json:"processing_time_ms"`
		RequestID      string   `json:"request_id"`
	}{
		scoresOf(a, true), one, a.Method, a.MethodUsed, a.Degraded, a.DegradedReason,
		a.Warnings, api.Milliseconds(a.Elapsed), a.RequestID,
	}
}

func renderSentences(a *api.PairsAnswer) any {
	scores := make([]float64, len(a.Scores))
	for i, s := range a.Scores {
		scores[i] = s.Score
	}
	return scores
}
