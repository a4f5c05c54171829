// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkPrepareDocument is what a document costs once, beside its encoding.
func BenchmarkPrepareDocument(b *testing.B) {
	for _, rows := range []int{32, 110, 254} {
		for name, opt := range map[string]QuantumOptions{"mixed": {}, "pure": {State: Pure}} {
			b.Run(fmt.Sprintf("%s/%d tokens", name, rows), func(b *testing.B) {
				s := newScorer(b, Options{Quantum: opt})
				f := text(rand.New(rand.NewPCG(1, 1)), rows, 384)
				b.ReportAllocs()
				for b.Loop() {
					s.PrepareDocument(f)
				}
				b.ReportMetric(float64(s.PrepareDocument(f).Bytes()), "bytes/document")
			})
		}
	}
}

// BenchmarkScore is what a pair costs: a request of 100 documents makes 100.
func BenchmarkScore(b *testing.B) {
	for name, opt := range map[string]QuantumOptions{
		"mixed": {}, "pure": {State: Pure}, "overlap": {State: Overlap}, "fidelity": {State: Fidelity},
	} {
		s := newScorer(b, Options{Quantum: opt})
		rng := rand.New(rand.NewPCG(1, 1))
		q, d := s.PrepareQuery(text(rng, 16, 384)), s.PrepareDocument(text(rng, 110, 384))
		for _, m := range Names() {
			b.Run(fmt.Sprintf("%s/%s", m, name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Score(m, q, d, nil)
				}
			})
		}
	}
}
