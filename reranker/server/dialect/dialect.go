// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"
	"sort"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/decode"
)

// Dialect is one rerank API.
type Dialect struct {
	// Name is the value of the label "dialect" in metrics and logs.
	Name string
	// Native dialects keep our API's rules to the letter: no clamping, no
	// objects for documents, and keys that are almost right are errors.
	Native bool
	// ZeroTopKMeansAll is for dialects that spell "all" as 0.
	ZeroTopKMeansAll bool
	// DocumentKeys are the names of the list of documents.
	DocumentKeys []string
	// TopKey is how this dialect calls top_k in messages.
	TopKey string
	// ReturnDocuments is what absent return_documents means.
	ReturnDocuments bool
	// Render makes the body of an answer.
	Render func(*api.Answer) any
	// RenderError makes the status and body of an error; nil means ours.
	RenderError ErrorRenderer
}

// ErrorRenderer makes the status and the body of an error in a dialect from
// our own body of it.
type ErrorRenderer func(p *api.Problem, body api.Body) (status int, shape any)

// Error renders p in d's shape.
func (render ErrorRenderer) Error(p *api.Problem, body api.Body) (status int, shape any) {
	if render == nil {
		return p.Status(), body
	}
	return render(p, body)
}

// Rules returns the rules by which d's requests are judged.
func (d *Dialect) Rules(limits api.Limits) api.Rules {
	return api.Rules{Limits: limits, Lenient: !d.Native, ZeroTopKMeansAll: d.ZeroTopKMeansAll}
}

// Request translates b into the form that all dialects share, or says why d
// does not allow it.
func (d *Dialect) Request(b *decode.Rerank) (*api.Request, *api.Problem) {
	r := &api.Request{
		QueryField:      "query",
		DocumentsField:  d.DocumentKeys[0],
		TopKField:       d.TopKey,
		HasQuery:        b.Query != nil,
		Method:          b.Method,
		ReturnDocuments: d.ReturnDocuments,
		ReturnTokens:    b.ReturnLen,
		RawScores:       b.RawScores,
		Model:           b.Model,
		MaxTokens:       b.MaxTokens,
		MaxChunks:       b.MaxChunks,
		Overlap:         b.Overlap,
		Priors:          b.Priors,
	}
	if b.Query != nil {
		r.Query = *b.Query
	}
	if slices.Contains(d.DocumentKeys, b.DocumentsKey) {
		r.HasDocuments, r.Documents, r.DocumentsField = true, b.Documents, b.DocumentsKey
	}
	if b.Return != nil {
		r.ReturnDocuments = *b.Return
	}
	if b.Truncate != nil {
		r.Truncation = *b.Truncate
	}
	if b.TopK != nil && b.TopN != nil && *b.TopK != *b.TopN && d.Native {
		return nil, conflict(*b.TopK, *b.TopN)
	}
	switch {
	case b.TopN == nil || (b.TopK != nil && d.TopKey == "top_k"):
		r.TopK = b.TopK
		if b.TopK != nil {
			r.TopKField = "top_k"
		}
	default:
		r.TopK, r.TopKField = b.TopN, "top_n"
	}
	if d.Native {
		return r, d.native(r, b)
	}
	warnOfUnsupported(r, b)
	return r, nil
}

func conflict(topK, topN int64) *api.Problem {
	return api.Invalid([]api.Violation{{
		Code: api.CodeFieldConflict, Field: "top_n", Pointer: "/top_n", Limit: topK, Value: topN,
		Message: "top_n and top_k mean the same and differ",
	}})
}

// native applies what only native requests are held to.
func (d *Dialect) native(r *api.Request, b *decode.Rerank) *api.Problem {
	if b.StrictError != nil {
		return decode.AsProblem(b.StrictError)
	}
	if got, want := b.Misspelled(); got != "" {
		p := api.NewProblem(api.CodeMisspelledKey, "unknown key %q: did you mean %q?", got, want)
		p.Violations = []api.Violation{{
			Code: p.Code, Field: got, Pointer: "/" + got, Limit: want, Value: got, Message: p.Message,
		}}
		return p
	}
	if b.TruncateValue != "" {
		return api.Invalid([]api.Violation{{
			Code: api.CodeValueInvalid, Field: "truncate", Pointer: "/truncate", Limit: []string{"none", "end"},
			Message: "truncate must be none or end",
		}})
	}
	// Keys of other dialects are ignored, and so is what they asked for.
	r.RawScores, r.ReturnTokens = false, false
	if !b.Keys["truncate"] {
		r.Truncation = api.TruncateEnd
	}
	if !b.Keys["return_documents"] {
		r.ReturnDocuments = d.ReturnDocuments
	}
	for _, key := range b.Unknown {
		r.Warn("unknown key %q was ignored", clip(key))
	}
	known := make([]string, 0, len(b.Keys))
	for key := range b.Keys {
		if !decode.NativeKeys[key] && !slices.Contains(b.Unknown, key) {
			known = append(known, key)
		}
	}
	sort.Strings(known)
	for _, key := range known {
		r.Warn("key %q belongs to another dialect and was ignored", key)
	}
	return nil
}

// warnOfUnsupported tells the caller which wishes are not fulfilled.
func warnOfUnsupported(r *api.Request, b *decode.Rerank) {
	keys := b.Unsupported()
	sort.Strings(keys)
	for _, key := range keys {
		r.Warn("%s is not supported and was ignored", key)
	}
	if b.TruncateValue != "" {
		r.Warn("truncate %q is not supported: the beginning is read", clip(b.TruncateValue))
	}
	if b.KeepEnd {
		r.Warn("truncation_direction left is not supported: the beginning is read")
	}
}

// clip shortens a key for a message.
func clip(key string) string {
	if len(key) > 64 {
		return string([]rune(key)[:min(32, len([]rune(key)))]) + "..."
	}
	return key
}
