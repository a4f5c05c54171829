// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package speed measures what this processor multiplies at its best, in
// operations per second of one thread (a product and its addition are two), and
// how much of that the engine's matrix products reach.
//
// Everything is measured in short turns, one after the other, and the best turn
// of each counts: other work on the machine disturbs single turns, not the best.
package speed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

// Measurement is one kernel set in one precision.
type Measurement struct {
	Kernel    string  `json:"kernel"`
	Precision string  `json:"precision"`
	Peak      float64 `json:"peak"`    // operations per second
	Reached   float64 `json:"reached"` // by the products of a layer
}

// Share is the part of the peak that is reached.
func (m *Measurement) Share() float64 { return m.Reached / m.Peak }

// layer is one layer of a model with hidden size 384, such as MiniLM, for a
// micro-batch of rows tokens.
var layer = []struct{ in, out int }{{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}}

const (
	rows   = 192
	widest = 1536
	// peakTurns is about as much work as a layer.
	peakTurns = 1 << 20
)

// Kernels measures every set in assembly that this processor can run, for about
// the given time each.
func Kernels(ctx context.Context, each time.Duration) []Measurement {
	var all []Measurement
	for _, s := range kernel.Available() {
		if ctx.Err() != nil || s.PeakF32().Run == nil {
			continue
		}
		for _, w := range []work{float32Work(s), bfloat16Work(s), int16Work(s), int8Work(s)} {
			if w.peak.Run == nil {
				continue
			}
			all = append(all, w.measure(ctx, s.Name, each))
		}
	}
	return all
}

// work is the products of a layer beside the peak that they are compared with.
type work struct {
	precision string
	peak      kernel.Peak
	products  []func() // one for each matrix
}

// measure takes the best turn of each product by itself: the shorter a turn, the
// better the chance that nothing disturbs it.
func (w *work) measure(ctx context.Context, name string, each time.Duration) Measurement {
	m := Measurement{Kernel: name, Precision: w.precision}
	best := make([]float64, len(w.products))
	turns := max(1, peakTurns*64/int(w.peak.Operations))
	for end := time.Now().Add(each); ; {
		m.Peak = max(m.Peak, float64(turns)*w.peak.Operations/seconds(func() { w.peak.Run(turns) }))
		for i, product := range w.products {
			if took := seconds(product); best[i] == 0 || took < best[i] {
				best[i] = took
			}
		}
		if ctx.Err() != nil || time.Now().After(end) {
			break
		}
	}
	operations, total := 0.0, 0.0
	for i, l := range layer {
		operations += 2 * rows * float64(l.in*l.out)
		total += best[i]
	}
	m.Reached = operations / total
	return m
}

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return max(time.Since(start).Seconds(), 1e-9)
}

// dense returns the layer's matrices with numbers of the size of weights.
func dense() []*kernel.Dense {
	r := rand.New(rand.NewPCG(1, 2))
	var all []*kernel.Dense
	for _, l := range layer {
		d := &kernel.Dense{Out: l.out, In: l.in, Weights: make([]float32, l.out*l.in), Bias: make([]float32, l.out)}
		for i := range d.Weights {
			d.Weights[i] = float32(r.NormFloat64()) / 16
		}
		all = append(all, d)
	}
	return all
}

func input() []float32 {
	r, x := rand.New(rand.NewPCG(3, 4)), kernel.Floats(rows*widest)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func float32Work(s *kernel.Set) work {
	x, y := input(), kernel.Floats(rows*widest)
	w := work{precision: "float32", peak: s.PeakF32()}
	for _, d := range dense() {
		packed := s.PackF32(d)
		w.products = append(w.products, func() { s.MulF32(x, rows, packed, kernel.Rows(y, d.Out)) })
	}
	return w
}

func int16Work(s *kernel.Set) work {
	x, y := input(), kernel.Floats(rows*widest)
	w := work{precision: "int16", peak: s.PeakI16()}
	for _, d := range dense() {
		packed := s.PackI16(d)
		q, scales := kernel.Integers(rows*d.In), kernel.Floats(rows*kernel.PartsI16(d.In))
		for r := range rows {
			s.QuantizeI16(q, scales, x[r*d.In:], r, rows, packed)
		}
		w.products = append(w.products, func() { s.MulI16(q, scales, rows, packed, kernel.Rows(y, d.Out)) })
	}
	return w
}

func bfloat16Work(s *kernel.Set) work {
	x, y := input(), kernel.Floats(rows*widest)
	w := work{precision: "bfloat16", peak: s.PeakBF16()}
	for _, d := range dense() {
		packed, err := s.RoundBF16(s.PackI16(d).Store())
		if err != nil {
			panic(fmt.Sprintf("BUG: %v", err))
		}
		q := kernel.Halves(kernel.SizeBF16(rows, d.In))
		for r := range rows {
			s.RoundRowBF16(q, x[r*d.In:][:d.In], r)
		}
		w.products = append(w.products, func() { s.MulBF16(q, rows, packed, kernel.Rows(y, d.Out)) })
	}
	return w
}

func int8Work(s *kernel.Set) work {
	x, y, rotated := input(), kernel.Floats(rows*widest), kernel.Floats(widest)
	w := work{precision: "int8", peak: s.PeakI8()}
	for _, d := range dense() {
		packed, err := s.NarrowI8(s.PackI16(d).Store())
		if err != nil {
			panic(fmt.Sprintf("BUG: %v", err))
		}
		q, scales := kernel.Bytes(rows*d.In), kernel.Floats(rows*kernel.PartsI16(d.In))
		for r := range rows {
			s.QuantizeI8(q, scales, rotated, x[r*d.In:], r, rows, packed)
		}
		w.products = append(w.products, func() { s.MulI8(q, scales, rows, packed, kernel.Rows(y, d.Out)) })
	}
	return w
}
