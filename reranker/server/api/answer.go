// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import "time"

// Answer is the result of a rerank in the form that all dialects share.
type Answer struct {
	RequestID string
	Model     string
	Created   time.Time
	// Results are the documents asked for, best first.
	Results []Result
	// TopK and ReturnDocuments repeat the request.
	TopK            int
	ReturnDocuments bool
	ReturnTokens    bool
	RawScores       bool
	// SearchUnits is one for each 100 documents of the request or part of
	// them: the unit that Cohere's clients read. Nothing is billed here.
	SearchUnits int

	Method         string
	MethodUsed     string
	Degraded       bool
	DegradedReason string
	// ScoredDocuments counts the documents scored by the full method;
	// CacheHits those of them whose vectors were known.
	ScoredDocuments int
	CacheHits       int
	QueryTokens     int
	DocumentTokens  int
	Warnings        []string
	Elapsed         time.Duration
}

// Result is one ranked document.
type Result struct {
	// Index is the position of the document in the request.
	Index int
	// Score is in [0, 1]; it does not depend on the other documents.
	Score float64
	// Classical and Quantum are the parts that were computed.
	Classical, Quantum *float64
	// ShotSD is the standard deviation of Quantum that a finite number of shots
	// causes; nil where it is exact.
	ShotSD *float64
	// Degenerate says that the text has nothing to score, and Score is 0.
	Degenerate bool
	// Truncated says that the model saw only the beginning.
	Truncated bool
	// Stage names what gave the score when it was not the full method.
	Stage string
	// Passage is the part of the document that gave the score; nil for all of
	// it.
	Passage *Passage
	// Document is the document as it was sent.
	Document Document
}

// PairsAnswer is the result of a similarity request in the form that all
// dialects share.
type PairsAnswer struct {
	RequestID string
	Model     string
	Created   time.Time
	// Scores holds one score for each pair, in the order of the request.
	Scores         []PairScore
	Method         string
	MethodUsed     string
	Degraded       bool
	DegradedReason string
	Tokens         int
	Warnings       []string
	Elapsed        time.Duration
}

// PairScore is the similarity of one pair.
type PairScore struct {
	Score              float64
	Classical, Quantum *float64
	ShotSD             *float64
	Degenerate         bool
	Truncated          bool
}

// Passage is a part of a document that was cut.
type Passage struct {
	// Index is its position among the Count passages of the document.
	Index int `json:"index"`
	Count int `json:"count"`
	// Start and End are its first character in the document and the one behind
	// its last, in code points.
	Start int `json:"start"`
	End   int `json:"end"`
}
