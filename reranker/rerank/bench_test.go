// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// passages makes documents of about the given number of tokens from the
// sample's words, no two alike.
func passages(b *testing.B, n, tokens int, seed uint64) []string {
	b.Helper()
	lines, _ := sample(b)
	words := strings.Fields(strings.Join(lines, " "))
	random := rand.New(rand.NewPCG(seed, 1))
	out := make([]string, n)
	for i := range out {
		text := make([]string, tokens*4/5) // the sample has 1.25 tokens a word
		for k := range text {
			text[k] = words[random.IntN(len(words))]
		}
		out[i] = strings.Join(text, " ")
	}
	return out
}

// BenchmarkUnseen ranks 100 unseen documents in full, by the size of the
// micro-batches and the number of workers that ask the engine.
func BenchmarkUnseen(b *testing.B) {
	for _, workers := range []int{1, 2, 3} {
		for _, tokens := range []int{128, 256, 384, 512} {
			b.Run(fmt.Sprintf("workers=%d/batch=%d", workers, tokens), func(b *testing.B) {
				r := complete(b, rerank.Options{Workers: workers, BatchTokens: tokens})
				seed := uint64(0)
				used := 0
				for b.Loop() {
					b.StopTimer()
					seed++
					documents := passages(b, 100, 110, seed)
					b.StartTimer()
					got, err := r.Rerank(b.Context(), rerank.Request{Query: "how do I repair a flat tire", Documents: documents})
					if err != nil {
						b.Fatal(err)
					}
					used += got.DocumentTokens
				}
				b.ReportMetric(float64(used)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
	}
}

// BenchmarkSeen ranks 100 documents that are in the cache.
func BenchmarkSeen(b *testing.B) {
	r := complete(b, rerank.Options{CacheBytes: 1 << 26})
	documents := passages(b, 100, 110, 1)
	req := rerank.Request{Query: "how do I repair a flat tire", Documents: documents}
	if _, err := r.Rerank(b.Context(), req); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Rerank(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
