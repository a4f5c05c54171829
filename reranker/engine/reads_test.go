// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"fmt"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
)

// batchOf holds the sequences of texts, each cut to the given number of tokens.
func batchOf(e *Engine, texts []string, tokens ...int) (b *encoder.Batch, lengths []int) {
	b = &encoder.Batch{}
	for i, n := range tokens {
		ids, _ := e.model.Tokenizer.Encode(nil, texts[i%len(texts)], n)
		b.Add(ids, len(ids))
		lengths = append(lengths, len(ids))
	}
	return b, lengths
}

func TestFirstTokensAreTheSameBitsWhereOthersAreNotComputed(t *testing.T) {
	texts := documents(t, 6)
	for _, name := range kernelsToTest() {
		for _, precision := range precisionsOf(name) {
			t.Run(name+"/"+string(precision), func(t *testing.T) {
				e := openDir(t, tinyCross, Options{Kernel: name, Precision: precision})
				b, lengths := batchOf(e, texts, 3, 17, 9, 40, 3, 12)
				arena := e.encoder.NewArena(len(b.IDs))
				if err := e.encoder.Forward(arena, b, encoder.AllTokens); err != nil {
					t.Fatal(err)
				}
				var states [][]float32
				var logits []float64
				first := 0
				for i := range b.Sequences() {
					states = append(states, slices.Clone(arena.State(first)))
					logits = append(logits, arena.Logit(b, i))
					first += lengths[i]
				}
				// Twice: nothing of one pass may be left for the next.
				for range 2 {
					if err := e.encoder.Forward(arena, b, encoder.FirstTokens); err != nil {
						t.Fatal(err)
					}
					for i := range b.Sequences() {
						if !slices.Equal(arena.State(i), states[i]) {
							t.Errorf("sequence %d: the first token's state differs from that of all tokens", i)
						}
						if got := arena.Logit(b, i); got != logits[i] {
							t.Errorf("sequence %d: logit %g, want %g", i, got, logits[i])
						}
					}
				}
			})
		}
	}
}

// BenchmarkReads shows what a cross-encoder saves in its last layer.
func BenchmarkReads(b *testing.B) {
	e := open(b, Options{})
	batch, _ := batchOf(e, documents(b, 100)[80:], 96, 96)
	arena := e.encoder.NewArena(len(batch.IDs))
	for reads, name := range map[encoder.Reads]string{encoder.AllTokens: "all", encoder.FirstTokens: "first"} {
		b.Run(fmt.Sprintf("%s/%s/%s", e.kernels.Name, e.Info().Precision, name), func(b *testing.B) {
			for range b.N {
				if err := e.encoder.Forward(arena, batch, reads); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(batch.IDs)*b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
