// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

// warmUpTexts are what a worker encodes to learn its speed: some twenty
// milliseconds of work.
const warmUpTexts = 4

// WarmUp measures how fast the engine is with all workers at work, so that the
// first callers are judged by a speed and not by a cautious guess: at four
// times too slow a guess, a pod would degrade answers that it has time for.
func (r *Ranker) WarmUp(ctx context.Context) error {
	texts := make([]string, warmUpTexts)
	for i := range texts {
		texts[i] = strings.Repeat(golden.answer+" ", 1+i)
	}
	group, ctx := errgroup.WithContext(ctx)
	for range r.opt.Workers {
		group.Go(func() error { return r.measure(ctx, texts) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("measure the engine's speed: %w", err)
	}
	return nil
}

func (r *Ranker) measure(ctx context.Context, texts []string) error {
	// The first text reads the weights for the first time and does not count.
	if err := r.tryOut(ctx, texts[:1]); err != nil {
		return err
	}
	tokens, begin := 0, time.Now()
	for _, t := range texts {
		tokens += r.estimate(len(t))
	}
	if err := r.tryOut(ctx, texts); err != nil {
		return err
	}
	r.speed.Observe(tokens, time.Since(begin))
	return nil
}

func (r *Ranker) tryOut(ctx context.Context, texts []string) error {
	forget := func(int, *text) {}
	if r.cross != nil {
		return r.crossTexts(ctx, golden.query, texts, forget)
	}
	return r.encodeTexts(ctx, texts, engine.KindDocument, forget)
}
