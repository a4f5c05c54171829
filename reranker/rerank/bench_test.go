// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

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
				used, cpu := 0, time.Duration(0)
				for b.Loop() {
					b.StopTimer()
					seed++
					documents := passages(b, 100, 110, seed)
					before := processorTime(b)
					b.StartTimer()
					got, err := r.Rerank(b.Context(), rerank.Request{Query: "how do I repair a flat tire", Documents: documents})
					if err != nil {
						b.Fatal(err)
					}
					used += got.DocumentTokens
					cpu += processorTime(b) - before
				}
				b.ReportMetric(cpu.Seconds()*1000/float64(b.N), "cpu-ms/op")
				b.ReportMetric(float64(used)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
	}
}

// processorTime is what the process has used, which other processes change
// less than they change the clock on the wall.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
