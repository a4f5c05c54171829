// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestWarmingUpReplacesTheGuessOfTheSpeed(t *testing.T) {
	for name, each := range map[string]time.Duration{"a fast engine": time.Millisecond, "a slow engine": time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ranker, eng, _ := fakes(t, rerank.Options{Workers: 2})
				eng.set(takes(each))
				if err := ranker.WarmUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				// The texts have 30 to 64 estimated tokens, and two workers.
				per := func(tokens float64) float64 { return 2 * tokens / each.Seconds() }
				got := ranker.Stats().Usage.TokensPerSecond
				if got < 0.2*per(30) || got > per(64) {
					t.Errorf("%.0f tokens a second, want about %.0f to %.0f", got, per(30), per(64))
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
