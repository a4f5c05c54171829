// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
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
		for _, precision := range precisionsOf(name) {
			for _, n := range []int{10, 50, 100} {
				b.Run(fmt.Sprintf("%s/%s/%d", name, precision, n), func(b *testing.B) {
					benchmarkEncode(b, Options{Kernel: name, Precision: precision}, n)
				})
			}
		}
	}
}

// BenchmarkBatchTokens is how defaultBatchTokens was found.
func BenchmarkBatchTokens(b *testing.B) {
	for _, n := range []int{64, 96, 128, 192, 256, 384, 512} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			benchmarkEncode(b, Options{BatchTokens: n}, 100)
		})
	}
}

// benchmarkEncode reports processor time beside the clock: other processes
// disturb it less.
func benchmarkEncode(b *testing.B, opt Options, n int) {
	e := open(b, opt)
	texts := documents(b, n)
	tokens, work := 0, 0.0
	for _, t := range texts {
		n := min(e.CountTokens(KindDocument, t), e.maxTokens)
		tokens += n
		work += operations(&e.model.Config, n)
	}
	visit := func(int, *Encoding) {}
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime(b)
	for range b.N {
		if err := e.EncodeEach(context.Background(), texts, KindDocument, visit); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-start)/1e6/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(work*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gop/s")
}

// operations are the multiplications and additions of a text's products, those of
// linear layers and of attention, which is what a peak is compared with.
func operations(c *model.Config, tokens int) float64 {
	n, h := float64(tokens), float64(c.HiddenSize)
	return 2 * float64(c.Layers) * (n*(4*h*h+2*h*float64(c.Intermediate)) + 2*n*n*h)
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
