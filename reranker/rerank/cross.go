// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// Crosser is an Engine that can read a query and a document together.
// *engine.Engine is one; it is asked only where Info says CrossEncoder.
type Crosser interface {
	ScorePairs(ctx context.Context, query string, documents []string) ([]engine.PairScore, error)
}

var _ Crosser = (*engine.Engine)(nil)

// A cross-encoder's unit of work is a pair: one unit stands for the query and
// the document, and its text holds a score where others hold vectors. Nothing
// can be prepared for a document alone, and there is nothing for the other
// methods to compare.

// MethodError is a request for a method that the model does not allow.
type MethodError struct{ Method method.Name }

func (e *MethodError) Error() string {
	return fmt.Sprintf("method %s compares vectors, and the model is a cross-encoder, which has none: use %s", e.Method, method.Classical)
}

// choose returns the method of a request.
func (r *Ranker) choose(m method.Name) (method.Name, error) {
	m = r.method(m)
	if r.cross != nil && m != method.Classical {
		return "", &MethodError{m}
	}
	return m, nil
}

// compare adds a query and a document to the job: two texts, or one pair.
func (r *Ranker) compare(j *job, query, document string) {
	if r.cross == nil {
		j.pair(j.query(query), j.document(document))
		return
	}
	var u *unit
	if strings.TrimSpace(query) != "" {
		u = j.unit(unitName{engine.KindDocument, document, query})
	}
	j.pair(u, u)
}

// asked is the query that a unit belongs to: its own text, or the other half
// of a pair.
func (u *unit) asked() string {
	if u.with != "" {
		return u.with
	}
	return u.content
}

// key returns the unit's place in the cache.
func (r *Ranker) key(u *unit) cache.Key {
	if u.with == "" {
		return r.keys[u.kind].Of(u.content)
	}
	return r.pairs.Of(strconv.Itoa(len(u.with)) + ":" + u.with + u.content)
}

// crossTexts scores the pairs of a query with texts.
func (r *Ranker) crossTexts(ctx context.Context, query string, texts []string, land func(int, *text)) error {
	scores, err := r.cross.ScorePairs(ctx, query, texts)
	if err != nil {
		return err
	}
	if len(scores) != len(texts) {
		return fmt.Errorf("encoder gave %d scores for %d pairs", len(scores), len(texts))
	}
	for i, s := range scores {
		if math.IsNaN(s.Logit) {
			return errNotFinite
		}
		land(i, &text{logit: &s.Logit, tokens: s.UsedTokens, cut: s.Truncated, size: 8})
	}
	return nil
}

// crossSelfTest is SelfTest for a cross-encoder.
func (r *Ranker) crossSelfTest(ctx context.Context) (float64, error) {
	var scores [2]float64
	err := r.crossTexts(ctx, golden.query, []string{golden.answer, golden.other}, func(i int, t *text) {
		scores[i] = method.FromLogit(*t.logit).Value
	})
	if err == nil && !(scores[0] > scores[1]) {
		err = fmt.Errorf("the right answer scores %.4f and the wrong one %.4f", scores[0], scores[1])
	}
	return scores[0], err
}
