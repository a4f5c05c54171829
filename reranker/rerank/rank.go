// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"cmp"
	"slices"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// rank sorts the results: everything scored in full before what has only a
// prior, and that before blanks; then by score, ties by ascending index.
func (j *job) rank() {
	slices.SortFunc(j.results, func(a, b Result) int {
		return cmp.Or(
			cmp.Compare(class(a.Stage), class(b.Stage)),
			cmp.Compare(b.Score, a.Score),
			cmp.Compare(a.Index, b.Index),
		)
	})
}

// diversified is how many places are chosen by more than their score. The cost
// goes with it times the number of documents.
const diversified = 100

// diversify orders the documents that were scored by what each adds to those
// above it. The scores stay what they are.
func (j *job) diversify(strength float64) {
	n := 0
	for n < len(j.results) && j.results[n].Stage.Scored() {
		n++
	}
	if strength == 0 || n < 2 {
		return
	}
	scores := make([]float64, n)
	for i, res := range j.results[:n] {
		scores[i] = res.Score
	}
	document := func(i int) *method.Document { return j.pairs[j.results[i].Index].document.text.document }
	order := method.Diversify(scores, func(a, b int) float64 { return method.Similarity(document(a), document(b)) }, strength, diversified)
	sorted := slices.Clone(j.results[:n])
	for place, i := range order {
		j.results[place] = sorted[i]
	}
}

func class(s Stage) int {
	switch {
	case s.Scored():
		return 0
	case s == StagePrior:
		return 1
	default:
		return 2
	}
}

// usePriors gives the pairs without a full score theirs: a band below half of
// the lowest full score.
func (r *Ranker) usePriors(j *job) {
	lowest, left := 1.0, false
	for _, res := range j.results {
		if res.Stage.Scored() {
			lowest = min(lowest, res.Score)
		}
		left = left || res.Stage == StagePrior
	}
	if !left {
		return
	}
	r.guess(j)
	for i := range j.results {
		if j.results[i].Stage == StagePrior {
			j.results[i].Score = lowest / 2 * j.guesses[i]
		}
	}
}

// count fills in the report's numbers.
func (j *job) count() {
	rep := &j.report
	for _, r := range j.results {
		if r.Stage.Scored() {
			rep.ScoredDocuments++
		}
	}
	for _, u := range j.units {
		if u.text == nil {
			continue
		}
		if u.kind == engine.KindQuery {
			rep.QueryTokens += u.text.tokens
			if u.text.cut {
				j.warn("the query was cut to the first %d tokens", u.text.tokens)
			}
			continue
		}
		rep.DocumentTokens += u.text.tokens
		if u.cached {
			rep.CacheHits++
		}
	}
	if rep.ScoredDocuments == 0 && rep.Degraded {
		rep.MethodUsed = Lexical
	}
}
