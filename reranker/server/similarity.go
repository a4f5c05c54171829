// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
)

// similarity answers one request for the similarity of pairs of texts.
func (x *exchange) similarity(e dialect.PairsEndpoint) error {
	wish, err := x.wish()
	if err != nil {
		return err
	}
	wish.degradation = rerank.Never // it has no other way than waiting
	ctx, cancel := context.WithDeadline(x.r.Context(), wish.latest)
	defer cancel()

	from := x.start
	body, release, err := readBody(x, wish, e.Read)
	if err != nil {
		return err
	}
	defer release()
	from = x.mark("decode", from)
	if violations := api.CheckPairs(&body.Pairs, x.limits()); len(violations) > 0 {
		return api.Invalid(violations)
	}
	x.mark("validate", from)
	x.fact(slog.Int("pairs", len(body.Right)))

	resp, err := x.s.backend.Load().Ranker.Similarity(ctx, rerank.SimilarityRequest{
		Pairs:    pairs(&body.Pairs),
		Method:   methodOf(body.Method),
		Arrived:  x.start,
		Deadline: wish.deadline,
	})
	if err != nil {
		return err
	}
	x.report(&resp.Report)
	a := x.pairsAnswer(&resp)
	a.Warnings = append(body.Warnings, a.Warnings...)
	x.tell(resp.Scores, a.Warnings)
	x.s.metrics.ObserveSimilarity(a.Method, a.MethodUsed, a.Elapsed, a.Degraded, a.DegradedReason)
	return x.answer(http.StatusOK, e.Render(a))
}

// pairs joins the two sides: one with all, or each with its own.
func pairs(p *api.Pairs) []rerank.Pair {
	out := make([]rerank.Pair, len(p.Right))
	for i := range out {
		out[i] = rerank.Pair{A: p.Left[min(i, len(p.Left)-1)].Value, B: p.Right[i].Value}
	}
	return out
}

func (x *exchange) pairsAnswer(resp *rerank.SimilarityResponse) *api.PairsAnswer {
	a := &api.PairsAnswer{
		RequestID: x.id, Model: x.s.settings.Model.Name, Created: x.start,
		Scores: make([]api.PairScore, len(resp.Scores)),
		Method: string(resp.MethodRequested), MethodUsed: string(resp.MethodUsed),
		Degraded: resp.Degraded, DegradedReason: resp.DegradedReason,
		Tokens:   resp.QueryTokens + resp.DocumentTokens,
		Warnings: resp.Warnings, Elapsed: x.elapsed(),
	}
	for i := range resp.Scores {
		s := &resp.Scores[i]
		a.Scores[i] = api.PairScore{
			Score: s.Score, Classical: s.Classical, Quantum: s.Quantum, ShotSD: s.ShotSD, Degenerate: s.Degenerate,
			Truncated: s.Truncated,
		}
	}
	return a
}
