// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"errors"
	"io"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/strictjson"
)

// Rerank is everything that a rerank request of any dialect can say.
type Rerank struct {
	// Keys holds every key that was present, also those with a null.
	Keys map[string]bool
	// Unknown lists the keys that no dialect knows, in their order.
	Unknown []string
	// StrictError is the first thing in the body that only lenient dialects
	// accept, nil if there is none.
	StrictError *strictjson.Error

	Query        *api.Text
	Documents    []api.Document
	DocumentsKey string
	// HasObjects says that some document is an object.
	HasObjects    bool
	Method        *string
	TopK, TopN    *int64
	Return        *bool
	ReturnLen     bool
	RawScores     bool
	Truncate      *api.Truncation
	TruncateValue string
	// KeepEnd asks for the end of a long text instead of its beginning.
	KeepEnd    bool
	Model      string
	MaxTokens  *int64
	MaxChunks  *int64
	Overlap    *int64
	RankFields []string
	// Priors are the caller's own scores; nil when absent.
	Priors []float64
}

// ReadRerank reads one rerank request from r. The error is an *api.Problem, a
// *strictjson.Error or an error of r; AsProblem makes a problem of each.
func ReadRerank(r io.Reader, limits api.Limits) (*Rerank, error) {
	rr := &rerankReader{
		Decoder: strictjson.NewDecoder(r, 0),
		limits:  limits,
		body:    &Rerank{Keys: make(map[string]bool)},
	}
	if err := rr.ReadObject(rr.field); err != nil {
		return nil, err
	}
	if err := rr.End(); err != nil {
		return nil, err
	}
	return rr.body, rr.resolve()
}

type rerankReader struct {
	*strictjson.Decoder
	limits api.Limits
	body   *Rerank
}

// field reads the value of one key.
func (r *rerankReader) field(key string) error {
	r.body.Keys[key] = true
	k, known := rerankKeys[key]
	if !known {
		r.body.Unknown = append(r.body.Unknown, key)
		return r.Skip()
	}
	if k.read == nil {
		return r.Skip()
	}
	if k.optional {
		if null, err := r.ReadNull(); null || err != nil {
			return err
		}
	}
	return k.read(r, key)
}

// lenient notes that the value about to be read is not what a strict dialect
// takes.
func (r *rerankReader) lenient(want strictjson.Kind, got strictjson.Kind) {
	if r.body.StrictError == nil {
		errors.As(r.Mismatch(string(want), string(got)), &r.body.StrictError)
	}
}

// text reads a text of which at most limit characters are kept.
func (r *rerankReader) text(limit int) (api.Text, error) {
	t, err := r.ReadText(limit)
	return api.Text{Value: t.Value, Characters: t.Characters}, err
}
