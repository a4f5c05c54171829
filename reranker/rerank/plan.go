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
	j.time(timePrior, j.guess)
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

// guess gives every pair a prior: the caller's, or one from the words. Only a
// rerank, whose pairs have one query, needs them.
func (j *job) guess() {
	if j.guesses != nil {
		return
	}
	j.guesses = make([]float64, len(j.pairs))
	if j.priors != nil {
		for i, p := range j.priors {
			if p > 0 { // false for NaN
				j.guesses[i] = min(p, 1)
			}
		}
		return
	}
	query, documents := "", make([]string, len(j.pairs))
	for i, p := range j.pairs {
		if p.query != nil {
			query = p.query.content
		}
		if p.document != nil {
			documents[i] = p.document.content
		}
	}
	j.guesses = prior.Scores(query, documents)
}
