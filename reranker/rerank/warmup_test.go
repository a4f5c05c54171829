// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestWarmingUpReplacesTheGuessOfTheSpeed(t *testing.T) {
	for name, c := range map[string]struct {
		each  time.Duration // a text takes
		texts int           // that are enough
	}{
		"a fast engine": {time.Millisecond, 5},
		"a slow engine": {time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ranker, eng, _ := fakes(t, rerank.Options{Workers: 2})
				texts, tokens := 0, 0
				eng.set(func(ctx context.Context, text string) error {
					eng.mu.Lock()
					texts++
					tokens += min(len(text)/4+3, eng.Info().MaxTokens)
					eng.mu.Unlock()
					return takes(c.each)(ctx, text)
				})
				if err := ranker.WarmUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				if texts != 2*c.texts {
					t.Errorf("two workers encoded %d texts, want %d", texts, 2*c.texts)
				}
				want := float64(tokens) / (time.Duration(c.texts) * c.each).Seconds()
				if got := ranker.Stats().Usage.TokensPerSecond; math.Abs(got-want) > 1e-6*want {
					t.Errorf("%g tokens a second, want %g", got, want)
				}
			})
		})
	}
}

func TestWarmingUpFailsWithTheEngine(t *testing.T) {
	broken := errors.New("no such weights")
	ranker, eng, _ := fakes(t, rerank.Options{})
	eng.set(func(context.Context, string) error { return broken })
	if err := ranker.WarmUp(t.Context()); !errors.Is(err, broken) || !strings.Contains(err.Error(), "speed") {
		t.Errorf("error %v", err)
	}
}
