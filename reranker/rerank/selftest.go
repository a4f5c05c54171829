// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// golden is a question, a text that answers it without sharing its words, and
// one that has nothing to do with it. Whatever the model, the first text must
// win by every method.
var golden = struct{ query, answer, other string }{
	query:  "How long does it take to fly from Paris to New York?",
	answer: "The journey by plane between the French capital and America's largest city lasts about eight hours.",
	other:  "Knead the dough until it is smooth and let it rise in a warm place.",
}

// knownSimilarity is the classical score of the golden pair by the digest of a
// model's weights, as the reference implementation computes it in float32.
var knownSimilarity = map[string]float64{
	"sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db": 0.8474, // all-MiniLM-L6-v2
}

// similarityTolerance is ten times the error of the coarsest precision that
// ranks like float32, and a hundredth of what a wrong layer would cause.
const similarityTolerance = 0.005

// SelfTest runs the golden texts through the real engine and every method,
// past cache and queue, and compares with what is known. It returns the
// classical score of the golden pair and how long everything took.
func (r *Ranker) SelfTest(ctx context.Context) (similarity float64, took time.Duration, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("self-test panicked: %v", v)
		}
	}()
	start := time.Now()
	if r.cross != nil {
		if similarity, err = r.crossSelfTest(ctx); err != nil {
			return 0, 0, fmt.Errorf("self-test: %w", err)
		}
		return similarity, time.Since(start), nil
	}
	query, documents, err := r.goldenTexts(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("self-test: %w", err)
	}
	for _, m := range method.Names() {
		answer := r.scorer.Score(m, query.query, documents[0].document, nil)
		other := r.scorer.Score(m, query.query, documents[1].document, nil)
		if m == method.Classical {
			similarity = answer.Value
		}
		if !(answer.Value <= 1 && answer.Value > other.Value && other.Value >= 0) {
			return 0, 0, fmt.Errorf("self-test: %s scores the right answer %.4f and the wrong one %.4f", m, answer.Value, other.Value)
		}
	}
	if want, known := knownSimilarity[r.info.Digest]; known && math.Abs(similarity-want) > similarityTolerance {
		return 0, 0, fmt.Errorf("self-test: similarity of the golden pair is %.4f, want %.4f within %v", similarity, want, similarityTolerance)
	}
	return similarity, time.Since(start), nil
}

func (r *Ranker) goldenTexts(ctx context.Context) (query *text, documents [2]*text, err error) {
	err = r.encodeTexts(ctx, []string{golden.query}, engine.KindQuery, func(_ int, t *text) { query = t })
	if err == nil {
		err = r.encodeTexts(ctx, []string{golden.answer, golden.other}, engine.KindDocument, func(i int, t *text) { documents[i] = t })
	}
	if err != nil {
		return nil, documents, err
	}
	for _, t := range []*text{query, documents[0], documents[1]} {
		if t.broken != nil {
			return nil, documents, t.broken
		}
	}
	return query, documents, nil
}
