// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

// sizes of requests: documents by words, so that equal numbers of tokens come of
// many short and of few long texts.
var sizes = []struct{ documents, words int }{
	{10, 20},
	{50, 20},
	{100, 20},
	{200, 20},
	{10, 60},
	{25, 60},
	{50, 60},
	{100, 60},
	{5, 150},
	{10, 150},
	{20, 150},
	{40, 150},
}

// atATime are the numbers of clients.
var atATime = []int{1, 2, 4}

const (
	clientDocuments, clientWords = 25, 60
	requestsPerRound             = 8 // of all clients together
)

// length is what requests of one size took.
type length struct {
	tokens, words int
	took          []time.Duration
}

// best is the shortest time: what other work on the machine disturbed least.
func (l *length) best() time.Duration { return slices.Min(l.took) }

// crowd is what requests of several clients took.
type crowd struct {
	clients int
	rate    []float64 // requests a second
}

func (c *crowd) best() float64 { return slices.Max(c.rate) }

// measureLengths sends requests of all sizes in turn, round after round.
func measureLengths(ctx context.Context, e *engine.Engine, rounds int) ([]length, error) {
	lengths, texts := make([]length, len(sizes)), make([][]string, len(sizes))
	for i, s := range sizes {
		texts[i] = documents(uint64(i), s.documents, s.words)
		lengths[i].words = s.words
		for _, t := range texts[i] {
			lengths[i].tokens += min(e.CountTokens(engine.KindDocument, t), e.Info().MaxTokens)
		}
	}
	for round := range rounds + 1 {
		for i := range sizes {
			took, err := encode(ctx, e, texts[i])
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first one warms up
				lengths[i].took = append(lengths[i].took, took)
			}
		}
	}
	return lengths, nil
}

func measureClients(ctx context.Context, e *engine.Engine, rounds int) ([]crowd, error) {
	crowds := make([]crowd, len(atATime))
	for i, n := range atATime {
		crowds[i].clients = n
	}
	texts := documents(99, clientDocuments, clientWords)
	for range rounds {
		for i := range crowds {
			start := time.Now()
			if err := together(ctx, e, crowds[i].clients, texts); err != nil {
				return nil, err
			}
			crowds[i].rate = append(crowds[i].rate, requestsPerRound/time.Since(start).Seconds())
		}
	}
	return crowds, nil
}

// together divides requestsPerRound requests among clients.
func together(ctx context.Context, e *engine.Engine, clients int, texts []string) error {
	var group sync.WaitGroup
	failures := make([]error, clients)
	for c := range clients {
		group.Go(func() {
			for range requestsPerRound / clients {
				if _, err := encode(ctx, e, texts); err != nil {
					failures[c] = err
					return
				}
			}
		})
	}
	group.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func encode(ctx context.Context, e *engine.Engine, texts []string) (time.Duration, error) {
	start := time.Now()
	err := e.EncodeEach(ctx, texts, engine.KindDocument, func(int, *engine.Encoding) {})
	if err != nil {
		return 0, fmt.Errorf("encode %d documents: %w", len(texts), err)
	}
	return time.Since(start), nil
}

// documents are n different texts of about words words.
func documents(seed uint64, n, words int) []string {
	syllables := strings.Fields("re rank doc quan tum search vec tor score text key word long short model page line part time state")
	r := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // texts, not secrets
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range words - words/4 + r.IntN(1+words/2) {
			b.WriteString(syllables[r.IntN(len(syllables))])
			b.WriteByte(' ')
		}
		texts[i] = b.String()
	}
	return texts
}
