// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
)

// documents returns n different texts whose token counts vary as those of real
// documents do: from 20 to 256, about 105 on average.
func documents(tb testing.TB, n int) []string {
	tb.Helper()
	words := strings.Fields(readGoldenText(tb))
	texts := make([]string, n)
	at := 0
	for i := range texts {
		// A fixed sequence of lengths with a long tail, the same in every run.
		length := 14 + (i*37%100)*(i*53%100)/60
		var b strings.Builder
		for range length {
			b.WriteString(words[at%len(words)])
			b.WriteByte(' ')
			at++
		}
		texts[i] = b.String()
	}
	return texts
}

func readGoldenText(tb testing.TB) string {
	var b strings.Builder
	for _, x := range readGolden(tb).Texts {
		b.WriteString(x.Text)
		b.WriteByte(' ')
	}
	return b.String()
}

func BenchmarkEncode(b *testing.B) {
	for _, name := range kernelsToTest() {
		if name == "generic" {
			continue
		}
		for _, precision := range []encoder.Precision{encoder.Float32, encoder.Int16} {
			for _, n := range []int{10, 50, 100} {
				b.Run(fmt.Sprintf("%s/%s/%d", name, precision, n), func(b *testing.B) {
					e := open(b, Options{Kernel: name, Precision: precision})
					texts := documents(b, n)
					tokens := 0
					for _, t := range texts {
						tokens += min(e.CountTokens(t), e.maxTokens)
					}
					visit := func(int, *Encoding) {}
					b.ReportAllocs()
					b.ResetTimer()
					for b.Loop() {
						if err := e.EncodeEach(context.Background(), texts, KindDocument, visit); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
				})
			}
		}
	}
}
