// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// SimilarityRequest asks for the similarity of pairs of texts.
type SimilarityRequest struct {
	// Pairs are compared each for itself; a text that occurs in several is
	// encoded once. A is taken as the query and B as the document, which
	// matters to the quantum method with mixed states and to models that
	// prefix their texts.
	Pairs []Pair
	// Method is the ranker's default when empty.
	Method method.Name
	// Arrived is when the request reached the server; its timeout counts from
	// there. Zero means now.
	Arrived time.Time
	// Deadline is when the caller wants the answer, if it said so.
	Deadline time.Time
	// TruncateNone refuses texts that are longer than the model reads.
	TruncateNone bool
}

// Pair is two texts.
type Pair struct{ A, B string }

// OneToMany pairs text with each of others.
func OneToMany(text string, others []string) []Pair {
	pairs := make([]Pair, len(others))
	for i, o := range others {
		pairs[i] = Pair{text, o}
	}
	return pairs
}

// SimilarityResponse is the answer to a SimilarityRequest.
type SimilarityResponse struct {
	// Scores holds one result for each pair, in order. Index repeats it.
	Scores []Result
	Report
}

// Similarity scores every pair in full, or fails.
func (r *Ranker) Similarity(ctx context.Context, req SimilarityRequest) (SimilarityResponse, error) {
	if len(req.Pairs) == 0 {
		return SimilarityResponse{}, errors.New("a similarity needs at least one pair")
	}
	m, err := r.choose(req.Method)
	if err != nil {
		return SimilarityResponse{}, err
	}
	j := newJob()
	for _, p := range req.Pairs {
		r.compare(j, p.A, p.B)
	}
	j.method, j.policy = m, Never
	j.arrived, j.deadline, j.truncateNone = req.Arrived, req.Deadline, req.TruncateNone
	if err := r.run(ctx, j); err != nil {
		return SimilarityResponse{}, err
	}
	return SimilarityResponse{Scores: j.results, Report: j.report}, nil
}
