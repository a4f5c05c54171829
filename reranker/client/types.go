// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

// Request asks for documents in the order of their relevance to a query.
type Request struct {
	Query     string   `json:"query"`
	Documents []string `json:"documents"`
	// Method is classical, quantum or hybrid; empty for the server's default.
	Method string `json:"method,omitempty"`
	// TopK is how many results to return; 0 for all.
	TopK int `json:"top_k,omitempty"`
	// ReturnDocuments repeats the documents in the answer.
	ReturnDocuments bool `json:"return_documents"`
	// Truncate is "end" (default) or "none", which refuses texts that are
	// longer than the model reads.
	Truncate string `json:"truncate,omitempty"`
	// MaxChunks scores a document that is longer than the model reads by its
	// best passage, of at most so many; Overlap is how many tokens of a passage
	// the next one repeats. MaxTokens uses only so many tokens of each document.
	// 0 for none of it.
	MaxChunks int `json:"max_chunks_per_doc,omitempty"`
	Overlap   int `json:"overlap_tokens,omitempty"`
	MaxTokens int `json:"max_tokens_per_doc,omitempty"`
	// Priors are the scores of an earlier stage, none below 0, one for each
	// document, or nil.
	Priors []float64 `json:"priors,omitempty"`
	// Degradation is Never, OnOverload or OnDeadline; empty for the server's
	// default. It travels as a header.
	Degradation string `json:"-"`
}

// Answer is a ranking.
type Answer struct {
	// Results are best first; ties by ascending index.
	Results    []Result `json:"results"`
	Model      string   `json:"model"`
	Method     string   `json:"method"`
	MethodUsed string   `json:"method_used"`
	// Degraded says that the answer is less than what was asked for.
	Degraded         bool    `json:"degraded"`
	DegradedReason   string  `json:"degraded_reason"`
	ScoredDocuments  int     `json:"scored_documents"`
	CacheHits        int     `json:"cache_hits"`
	Usage            Usage   `json:"usage"`
	Meta             Meta    `json:"meta"`
	ProcessingTimeMs float64 `json:"processing_time_ms"`
	RequestID        string  `json:"request_id"`
}

// Result is one ranked document.
type Result struct {
	// Index is the position of the document in the request.
	Index int `json:"index"`
	// Score is in [0, 1] and independent of the other documents.
	Score    float64   `json:"relevance_score"`
	Rank     int       `json:"rank"`
	Document *Document `json:"document"`
	Metadata Metadata  `json:"metadata"`
	// Truncated says that the model read only the beginning.
	Truncated bool `json:"truncated"`
}

// Document is a document of an answer.
type Document struct {
	Text string `json:"text"`
}

// Metadata tells how a score came about.
type Metadata struct {
	Classical *float64 `json:"classical_score"`
	Quantum   *float64 `json:"quantum_score"`
	Stage     string   `json:"stage"`
	// Passage is the part of a long document that gave the score; nil for all
	// of it.
	Passage *Passage `json:"passage"`
}

// Passage is one of Count parts of a document: its code points Start to End.
type Passage struct {
	Index int `json:"index"`
	Count int `json:"count"`
	Start int `json:"start"`
	End   int `json:"end"`
}

// Usage counts tokens.
type Usage struct {
	TotalTokens int `json:"total_tokens"`
}

// Meta carries what the server wants the caller to know.
type Meta struct {
	Warnings []string `json:"warnings"`
}

// SimilarityRequest asks for the similarity of one text with others.
type SimilarityRequest struct {
	Text   string   `json:"text_1"`
	Others []string `json:"text_2"`
	Method string   `json:"method,omitempty"`
}

// SimilarityAnswer holds one score for each of the others, in their order.
type SimilarityAnswer struct {
	Scores           []Score `json:"data"`
	MethodUsed       string  `json:"method_used"`
	Degraded         bool    `json:"degraded"`
	DegradedReason   string  `json:"degraded_reason"`
	ProcessingTimeMs float64 `json:"processing_time_ms"`
	RequestID        string  `json:"request_id"`
}

// Score is the similarity of one pair, in [0, 1].
type Score struct {
	Index     int      `json:"index"`
	Score     float64  `json:"score"`
	Metadata  Metadata `json:"metadata"`
	Truncated bool     `json:"truncated"`
}
