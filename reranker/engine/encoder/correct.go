// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"context"
	"fmt"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/rounding"
)

// Corrections are those of the bytes of products: of each of their parts, by the
// product's name in a file.
type Corrections map[string][][]uint8

// addTo puts the corrections of a product into its stored weights.
func (c Corrections) addTo(s *kernel.StoredI16, name string) *kernel.StoredI16 {
	for i, corrections := range c[name] {
		s.Parts[i].Corrections = corrections
	}
	return s
}

// Correct passes batches through an encoder in int16, collects what its layers
// multiply, and corrects the bytes that int8 makes of their weights by it. That takes some ten seconds for
// a small model; progress is told how many layers are done.
// The context is looked at between batches. No batch may have more tokens than capacity.
func (e *Encoder) Correct(ctx context.Context, batches []*Batch, capacity int, progress func(done, total int)) (Corrections, error) {
	if e.precision != Int16 {
		return nil, fmt.Errorf("an encoder in %s makes no corrections", e.precision)
	}
	arena, states := e.NewArena(capacity), make([][]float32, len(batches))
	for i, b := range batches {
		if err := e.check(arena, b); err != nil {
			return nil, err
		}
		arena.begin(b)
		e.embed(arena, b, after.queryKeyValue)
		states[i] = append(states[i], arena.states[:len(b.IDs)*e.shape.hidden]...)
	}
	made := Corrections{}
	for i := range e.layers {
		watched, watches := e.watch(&e.layers[i])
		for j, b := range batches {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			e.pass(arena, b, watched, states[j])
		}
		for _, w := range watches {
			corrections, err := w.correct(e.kernels)
			if err != nil {
				return nil, fmt.Errorf("%s%s: %w", layerName(i), w.name, err)
			}
			made[layerName(i)+w.name] = corrections
		}
		progress(i+1, len(e.layers))
	}
	return made, nil
}

// pass sends the states of a batch through one layer.
func (e *Encoder) pass(a *Arena, b *Batch, l *layer, states []float32) {
	a.begin(b)
	copy(a.states, states)
	for t := range a.rows {
		l.queryKeyValue.take(a, a.states[t*e.shape.hidden:], t, a.rows)
	}
	e.attend(a, b, l)
	e.feedForward(a, l, after.queryKeyValue)
	copy(states, a.states)
}

// watch returns the layer with watches over the products that bear bytes.
func (e *Encoder) watch(l *layer) (*layer, []*watch) {
	watched, watches := *l, []*watch(nil)
	for _, x := range watched.linears() {
		if of, ok := (*x.at).(*linearI16); ok && x.bytes {
			w := newWatch(of, x.name, x.in(&e.shape))
			*x.at = w
			watches = append(watches, w)
		}
	}
	return &watched, watches
}

// watch is a product that collects its inputs.
type watch struct {
	*linearI16
	name   string
	in     int
	grams  []*rounding.Gram // of the parts
	rows   []float32        // inputs, part by part and element by element: [in][rows]
	padded int              // rows, to whole vectors
}

func newWatch(of *linearI16, name string, in int) *watch {
	w := &watch{linearI16: of, name: name, in: in}
	parts := kernel.PartsI16(in)
	for range parts {
		w.grams = append(w.grams, rounding.NewGram(in/parts))
	}
	return w
}

func (w *watch) take(a *Arena, x []float32, r, rows int) {
	if padded := kernel.Pad(rows); padded != w.padded {
		w.padded, w.rows = padded, kernel.Floats(w.in*padded)
	}
	row := make([]float32, w.in)
	w.kernels.RotateI8(row, x[:w.in])
	for i, v := range row {
		w.rows[i*w.padded+r] = v
	}
	w.linearI16.take(a, x, r, rows)
}

func (w *watch) apply(a *Arena, x []float32, rows int, out kernel.Output) {
	size := w.in / len(w.grams)
	products, scratch := make([]float32, size*size), make([]float32, w.kernels.ProjectScratch(size, w.padded))
	for i, g := range w.grams {
		w.kernels.Gram(products, w.rows[i*size*w.padded:][:size*w.padded], size, w.padded, scratch)
		g.Add(products)
	}
	clear(w.rows)
	w.linearI16.apply(a, x, rows, out)
}

// correct returns the corrections of the product's parts. A part whose inputs were no
// numbers has none.
func (w *watch) correct(kernels *kernel.Set) ([][]uint8, error) {
	stored, factors := w.panels.Store(), make([]*rounding.Factor, len(w.grams))
	var group sync.WaitGroup
	for i, g := range w.grams {
		group.Go(func() { factors[i] = g.Factor() })
	}
	group.Wait()
	corrections := make([][]uint8, len(factors))
	for i, f := range factors {
		if f == nil {
			continue
		}
		if err := kernels.CorrectI8(stored, i, f.Round); err != nil {
			return nil, err
		}
		corrections[i] = stored.Parts[i].Corrections
	}
	return corrections, nil
}
