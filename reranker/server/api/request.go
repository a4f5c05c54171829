// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import "encoding/json"

// Text is a text as it was sent.
type Text struct {
	// Value is the text; of a text beyond the limit only the beginning.
	Value string
	// Characters counts the code points of the whole text.
	Characters int
}

// Document is one document of a request.
type Document struct {
	Text
	// Raw is the JSON of a document that was sent as an object, to be echoed
	// as it came; nil for a document that was sent as a string.
	Raw json.RawMessage
	// Oversized is set for an object that was too large to read; it has no
	// text.
	Oversized bool
}

// Truncation says what happens to a document with more tokens than the model
// takes.
type Truncation int

// Ways to treat a document that is too long for the model.
const (
	// TruncateEnd scores the beginning and says so. It is the default.
	TruncateEnd Truncation = iota
	// TruncateNone refuses the request and names the document.
	TruncateNone
)

// Request is a rerank request in the form that all dialects share. Before
// Check it holds what was sent; after Check it is safe to score.
type Request struct {
	// QueryField and DocumentsField are the names that the dialect gives to
	// these fields, for messages.
	QueryField, DocumentsField, TopKField string

	HasQuery     bool
	Query        Text
	HasDocuments bool
	Documents    []Document
	// Method is nil for the server's default.
	Method *string
	// Priors are the caller's own scores, one for each document; nil when
	// absent.
	Priors []float64
	// TopK is nil when absent.
	TopK *int64
	// ReturnDocuments says whether the answer repeats the documents.
	ReturnDocuments bool
	// ReturnTokens asks for token counts in Xinference's form.
	ReturnTokens bool
	RawScores    bool
	Truncation   Truncation
	// MaxTokens, MaxChunks and Overlap say how documents that are longer than
	// the model reads are treated; nil when absent. Check leaves only values
	// that are in force.
	MaxTokens, MaxChunks, Overlap *int64
	// Model is what the caller called the model; it is reported, not obeyed.
	Model string
	// Warnings are told to the caller in the answer.
	Warnings []string
}

// Limits bound a request.
type Limits struct {
	MaxDocuments          int
	MaxQueryCharacters    int
	MaxDocumentCharacters int
}
