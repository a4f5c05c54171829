// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package limit

import (
	"math"
	"sync"
	"time"
)

// Speed is the measured speed of one worker in tokens a second: a quotient of
// two sums in which older observations fade, so that a long observation counts
// for more than a short one. It is safe for concurrent use.
type Speed struct {
	mu     sync.Mutex
	tokens float64
	busy   float64 // seconds
}

// halfLife is the busy time after which an observation counts half: long
// enough to smooth single micro-batches of some 20-100 ms, short enough to
// follow a noisy neighbour.
const halfLife = 2.0

// guessWeight is the seconds of work that outweigh the first guess: a single
// micro-batch says more than no measurement at all.
const guessWeight = 0.02

// NewSpeed starts from a guess.
func NewSpeed(tokensPerSecond float64) *Speed {
	return &Speed{tokens: tokensPerSecond * guessWeight, busy: guessWeight}
}

// Begin forgets what was known or guessed for a piece of work.
func (s *Speed) Begin(tokens int, busy time.Duration) {
	if tokens <= 0 || busy <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.busy = float64(tokens), busy.Seconds()
}

// Observe adds a piece of work.
func (s *Speed) Observe(tokens int, busy time.Duration) {
	if tokens <= 0 || busy <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fade := math.Exp2(-busy.Seconds() / halfLife)
	s.tokens = s.tokens*fade + float64(tokens)
	s.busy = s.busy*fade + busy.Seconds()
}

// TokensPerSecond is the present estimate, above 0.
func (s *Speed) TokensPerSecond() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens / s.busy
}

// Time is how long one worker needs for tokens.
func (s *Speed) Time(tokens int) time.Duration {
	return time.Duration(float64(tokens) / s.TokensPerSecond() * float64(time.Second))
}
