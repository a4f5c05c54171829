// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// usage counts tokens as OpenAI's clients read them.
type usage struct {
	PromptTokens int `json:"prompt_tokens"`
	TotalTokens  int `json:"total_tokens"`
}

func usageOf(a *api.Answer) usage {
	n := a.QueryTokens + a.DocumentTokens
	return usage{n, n}
}

// meta is the block that Cohere's clients read.
type meta struct {
	APIVersion  version     `json:"api_version"`
	BilledUnits searchUnits `json:"billed_units"`
	Tokens      *tokens     `json:"tokens,omitempty"`
	Warnings    []string    `json:"warnings,omitempty"`
}

type (
	version struct {
		Version string `json:"version"`
	}
	searchUnits struct {
		SearchUnits int `json:"search_units"`
	}
	tokens struct {
		InputTokens  int `json:"input_tokens"`
		OutputTokens int `json:"output_tokens"`
	}
)

func metaOf(a *api.Answer, apiVersion string) meta {
	return meta{
		APIVersion:  version{apiVersion},
		BilledUnits: searchUnits{a.SearchUnits},
		Tokens:      &tokens{InputTokens: a.QueryTokens + a.DocumentTokens},
		Warnings:    a.Warnings,
	}
}

// textObject is a document in the form {"text": ...}.
type textObject struct {
	Text string `json:"text"`
}

// echo returns the document of r as an object: as it was sent if it was one.
func echo(a *api.Answer, r *api.Result) any {
	switch {
	case !a.ReturnDocuments:
		return nil
	case r.Document.Raw != nil:
		return r.Document.Raw
	}
	return textObject{r.Document.Value}
}

// echoText returns the document of r as a string.
func echoText(a *api.Answer, r *api.Result) *string {
	if !a.ReturnDocuments {
		return nil
	}
	return &r.Document.Value
}

// echoAsSent returns the document of r in the type in which it was sent.
func echoAsSent(a *api.Answer, r *api.Result) any {
	switch {
	case !a.ReturnDocuments:
		return nil
	case r.Document.Raw != nil:
		return r.Document.Raw
	}
	return r.Document.Value
}

// each makes one element for every result.
func each[T any](a *api.Answer, element func(*api.Result) T) []T {
	out := make([]T, len(a.Results))
	for i := range a.Results {
		out[i] = element(&a.Results[i])
	}
	return out
}

// score returns r's score, or its raw score where the caller asked for that.
func score(a *api.Answer, r *api.Result) float64 {
	if a.RawScores {
		return logit(r.Score)
	}
	return r.Score
}

// logit returns the value whose sigmoid is p, for dialects that report raw
// scores. p is kept a billionth away from 0 and 1, so that the result is
// finite (|x| < 21) and keeps the order.
func logit(p float64) float64 {
	const edge = 1e-9
	p = math.Min(math.Max(p, edge), 1-edge)
	return math.Log(p / (1 - p))
}

// relevance is the element of a list of results in most dialects.
type relevance struct {
	Index    int     `json:"index"`
	Score    float64 `json:"relevance_score"`
	Document any     `json:"document,omitempty"`
}
