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

// What a worker encodes to learn its speed: a text of two sentences, again and again,
// until that took enough. A slow processor needs one of them, and every
// millisecond here is one in which a new pod does not help.
const (
	warmUpSentences = 2
	warmUpTimes     = 5
	warmUpTime      = 20 * time.Millisecond
)

// WarmUp measures how fast the engine is with all workers at work, so that the
// first callers are judged by a speed and not by a cautious guess: at four
// times too slow a guess, a pod would degrade answers that it has time for. It
// comes after the self-test, which reads the weights for the first time.
func (r *Ranker) WarmUp(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	tokens, busy := make([]int, r.opt.Workers), make([]time.Duration, r.opt.Workers)
	for i := range r.opt.Workers {
		group.Go(func() (err error) {
			tokens[i], busy[i], err = r.measure(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("measure the engine's speed: %w", err)
	}
	r.speed.Begin(sum(tokens), sum(busy))
	return nil
}

// measure encodes as one worker among others.
func (r *Ranker) measure(ctx context.Context) (tokens int, busy time.Duration, err error) {
	text := strings.Repeat(golden.answer+" ", warmUpSentences)
	begin := time.Now()
	for range warmUpTimes {
		if err := r.tryOut(ctx, text); err != nil {
			return 0, 0, err
		}
		tokens += r.estimate(len(text), r.info.MaxTokens)
		if busy = time.Since(begin); busy >= warmUpTime {
			break
		}
	}
	return tokens, busy, nil
}

func sum[T int | time.Duration](all []T) (total T) {
	for _, x := range all {
		total += x
	}
	return total
}

func (r *Ranker) tryOut(ctx context.Context, one string) error {
	texts, forget := []string{one}, func(int, *text) {}
	if r.cross != nil {
		return r.crossTexts(ctx, golden.query, texts, forget)
	}
	return r.encodeTexts(ctx, texts, engine.KindDocument, forget)
}
