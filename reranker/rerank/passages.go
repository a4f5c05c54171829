// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"errors"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
)

// Passages make texts of documents that may be longer than the model reads. That
// reads every word of them, so that it is done for requests that have a place,
// and as long as there is time for it.
type Passages struct {
	// Tokens is the most of one document that is used.
	Tokens int
	// Cut returns the texts, and for each the index of its document. It ends with
	// its context.
	Cut func(context.Context) (texts []string, documents []int, err error)
}

// cut puts passages in the place of the job's documents. Where there is no place
// for the job, or not enough time before it must answer, the documents stay what
// they are and are ranked by their priors.
func (r *Ranker) cut(ctx context.Context, j *job, ticket *limit.Ticket) error {
	if j.passages == nil {
		return nil
	}
	if j.uncut = j.lexicalOnly; j.uncut {
		return nil
	}
	soft, cancel := j.soft(ctx)
	defer cancel()
	texts, documents, err := j.passages.Cut(soft)
	if err != nil {
		if ctx.Err() == nil && soft.Err() != nil && errors.Is(err, soft.Err()) {
			j.uncut = true
			return nil
		}
		return err
	}
	r.replace(j, texts, documents)
	if err := r.checkLengths(ctx, j); err != nil {
		return err
	}
	r.identify(j)
	return ticket.Become(r.cost(ctx, j))
}

// replace makes the job one about the passages of its documents.
func (r *Ranker) replace(j *job, texts []string, documents []int) {
	query, priors := j.asked, j.priors
	j.units, j.pairs, j.priors, j.passages = nil, nil, nil, nil
	clear(j.known)
	for i, text := range texts {
		r.compare(j, query, text)
		if priors != nil {
			j.priors = append(j.priors, priors[documents[i]])
		}
	}
}
