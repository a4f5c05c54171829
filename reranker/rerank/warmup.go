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

// What a worker encodes to learn its speed: a fraction of a second's work. The
// first round reads the weights for the first time and does not count.
const (
	warmUpRounds = 3
	warmUpTexts  = 4
)

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
	tokens := 0
	for _, t := range texts {
		tokens += r.estimate(len(t))
	}
	forget := func(int, *text) {}
	for round := range warmUpRounds {
		begin := time.Now()
		var err error
		if r.cross != nil {
			err = r.crossTexts(ctx, golden.query, texts, forget)
		} else {
			err = r.encodeTexts(ctx, texts, engine.KindDocument, forget)
		}
		if err != nil {
			return err
		}
		if round > 0 {
			r.speed.Observe(tokens, time.Since(begin))
		}
	}
	return nil
}
