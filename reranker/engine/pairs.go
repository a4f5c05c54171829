// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
)

// ErrNotCrossEncoder says that the model cannot score pairs of texts.
var ErrNotCrossEncoder = errors.New("model is not a cross-encoder")

// PairScore is what a cross-encoder makes of a query and a document.
type PairScore struct {
	Logit       float64 // any real number; its logistic function is a probability
	UsedTokens  int     // tokens that went through the encoder, special ones included
	TotalTokens int     // tokens of both texts, special ones included
	Truncated   bool
}

// ScorePairs runs the query with each document through a cross-encoder.
func (e *Engine) ScorePairs(ctx context.Context, query string, documents []string) ([]PairScore, error) {
	if e.model.Config.NumLabels == 0 {
		return nil, ErrNotCrossEncoder
	}
	r, err := e.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer e.release(r)
	for _, d := range documents {
		start := len(r.ids)
		ids, firstLen, total := e.model.Tokenizer.EncodePair(r.ids, query, d, e.maxTokens)
		r.ids = ids
		r.append(sequence{start: start, length: len(ids) - start, firstLen: firstLen, total: total})
	}
	r.reads = encoder.FirstTokens
	scores := make([]PairScore, len(documents))
	r.deliver = func(w *worker, r *request, place, i int) {
		s := &r.seqs[i]
		scores[i] = PairScore{
			Logit:       w.arena.Logit(&w.batch, place),
			UsedTokens:  s.length,
			TotalTokens: s.total,
			Truncated:   s.total > s.length,
		}
	}
	if err := e.run(r); err != nil {
		return nil, err
	}
	return scores, nil
}
