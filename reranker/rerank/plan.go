// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"cmp"
	"slices"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/rerank/prior"
)

// plan decides the order of work: queries first, without which nothing can be
// scored, then documents. Where the time may not suffice for all of them the
// most promising come first, else the order of the request is as good as any.
func (r *Ranker) plan(j *job) {
	if j.answerBy.IsZero() && !j.lexicalOnly {
		slices.SortStableFunc(j.units, func(a, b *unit) int { return cmp.Compare(rank(a), rank(b)) })
		return
	}
	j.time(timePrior, func() { r.guess(j) })
	best := map[*unit]float64{}
	for i, p := range j.pairs {
		if p.document != nil {
			best[p.document] = max(best[p.document], j.guesses[i])
		}
	}
	slices.SortStableFunc(j.units, func(a, b *unit) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(best[b], best[a]))
	})
}

func rank(u *unit) int {
	if u.kind == engine.KindQuery {
		return 0
	}
	return 1
}

// guess gives every pair a prior, out of whatever is cheap to know: the words,
// static embeddings where the model has them, and the caller's own scores. Only
// a rerank, whose pairs have one query, needs them.
func (r *Ranker) guess(j *job) {
	if j.guesses != nil {
		return
	}
	query, documents := "", make([]string, len(j.pairs))
	for i, p := range j.pairs {
		if p.query != nil {
			query = p.query.asked()
		}
		if p.document != nil {
			documents[i] = p.document.content
		}
	}
	j.guesses = prior.Combine(prior.Sources{
		Words: prior.Scores(query, documents), Static: r.glance(query, documents), Caller: j.priors,
	})
}

// glance compares static embeddings; nil where there are none. A failure costs
// the request some order of work and nothing else.
func (r *Ranker) glance(query string, documents []string) (scores []float64) {
	if r.static == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			r.opt.Logger.Error("Static embeddings panicked", "panic", v)
			scores = nil
		}
	}()
	texts := make([]string, len(documents))
	for i, d := range documents {
		texts[i] = prior.Window(d, len(documents))
	}
	scores, ok := r.static.StaticScores(prior.Window(query, 1), texts, make([]float64, 0, len(texts)))
	if !ok || len(scores) != len(texts) {
		return nil
	}
	return scores
}
