// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// Layout numbers the sections that Seal writes. Who changes them counts it up.
const Layout = 2

const factShape = "shape"

// shapeOf is everything in a configuration that the weights depend on.
func shapeOf(c *model.Config) string {
	return fmt.Sprintf("layout %d, packing %d, %s: hidden %d, layers %d, heads %d, inner %d, positions %d, words %d, segments %d, labels %d",
		Layout, kernel.Packing, c.Architecture, c.HiddenSize, c.Layers, c.Heads, c.Intermediate, c.MaxPositions, c.VocabSize, c.TypeVocabSize, c.NumLabels)
}

// Seal adds the weights, ready for use, with the corrections of their bytes, to a
// file. The encoder computes in int16 and was made by New.
func (e *Encoder) Seal(d *sealed.Draft, corrections Corrections) error {
	w, ok := e.embeddings.words.(*roundedWords)
	if e.precision != Int16 || !ok {
		return fmt.Errorf("an encoder in %s has no prepared form", e.precision)
	}
	d.Note(factShape, shapeOf(&e.config))
	integers := roundAll(w, e.config.HiddenSize)
	sealed.Add(d, "words", integers.rows)
	sealed.Add(d, "words.scales", integers.scales)
	sealed.Add(d, "positions", e.embeddings.positions)
	sealed.Add(d, "segments", e.embeddings.segments)
	sealNorm(d, "norm", e.embeddings.norm)
	for i := range e.layers {
		l, at := &e.layers[i], layerName(i)
		for _, x := range l.linears() {
			sealLinear(d, at+x.name, corrections.addTo((*x.at).(*linearI16).panels.Store(), at+x.name))
		}
		sealNorm(d, at+"attention.norm", l.attentionNorm)
		sealNorm(d, at+"output.norm", l.outputNorm)
	}
	if h := e.head; h != nil {
		sealed.Add(d, "head.pooler", h.pooler)
		sealed.Add(d, "head.pooler.bias", h.poolerBias)
		sealed.Add(d, "head.classifier", h.classifier)
		sealed.Add(d, "head.bias", []float32{h.bias})
	}
	return nil
}

func layerName(i int) string { return fmt.Sprintf("layer.%d.", i) }

func roundAll(w *roundedWords, dim int) *integerWords {
	n := len(w.rows) / dim
	all := &integerWords{rows: make([]int16, len(w.rows)), scales: make([]float32, n)}
	for i := range n {
		all.scales[i] = w.kernels.QuantizeRow(all.rows[i*dim:(i+1)*dim], row(w.rows, i, dim), math.MaxInt16)
	}
	return all
}

func sealNorm(d *sealed.Draft, name string, n norm) {
	sealed.Add(d, name+".gamma", n.gamma)
	sealed.Add(d, name+".beta", n.beta)
}

func sealLinear(d *sealed.Draft, name string, s *kernel.StoredI16) {
	sealed.Add(d, name+".bias", s.Bias)
	limits := make([]float32, len(s.Parts))
	for i, p := range s.Parts {
		sealed.Add(d, fmt.Sprintf("%s.%d.weights", name, i), p.Weights)
		sealed.Add(d, fmt.Sprintf("%s.%d.scales", name, i), p.Scales)
		if p.Corrections != nil {
			sealed.Add(d, fmt.Sprintf("%s.%d.corrections", name, i), p.Corrections)
		}
		limits[i] = p.Limit
	}
	sealed.Add(d, name+".limits", limits)
}

// Unseal returns the encoder that Seal added to the file, for any set and in
// any precision but float32. It uses the file's memory: the file must stay open.
func Unseal(c model.Config, kernels *kernel.Set, precision Precision, f *sealed.File) (*Encoder, error) {
	if got, want := f.Fact(factShape), shapeOf(&c); got != want {
		return nil, fmt.Errorf("%s holds weights of the shape %q, want %q", f.Path(), got, want)
	}
	e := &Encoder{config: c, kernels: kernels, precision: precision, shape: newShape(&c)}
	r := &unsealer{file: f, encoder: e}
	e.embeddings = embeddings{
		words:     &integerWords{unsealed[int16](r, "words", c.VocabSize*c.HiddenSize), unsealed[float32](r, "words.scales", c.VocabSize)},
		positions: unsealed[float32](r, "positions", c.MaxPositions*c.HiddenSize),
		segments:  unsealed[float32](r, "segments", c.TypeVocabSize*c.HiddenSize),
		norm:      r.norm("norm"),
	}
	r.layers()
	if c.NumLabels > 0 {
		e.head = &head{
			pooler:     unsealed[float32](r, "head.pooler", c.HiddenSize*c.HiddenSize),
			poolerBias: unsealed[float32](r, "head.pooler.bias", c.HiddenSize),
			classifier: unsealed[float32](r, "head.classifier", c.HiddenSize),
		}
		if bias := unsealed[float32](r, "head.bias", 1); len(bias) == 1 {
			e.head.bias = bias[0]
		}
	}
	if err := errors.Join(r.errs...); err != nil {
		return nil, fmt.Errorf("prepared weights: %w", err)
	}
	return e, nil
}

// unsealer reads sections and keeps the errors.
type unsealer struct {
	file    *sealed.File
	encoder *Encoder
	errs    []error
}

// layers reads all layers side by side: for some formats their weights are packed anew.
func (r *unsealer) layers() {
	layers := make([]layer, r.encoder.config.Layers)
	readers := make([]unsealer, len(layers))
	var group sync.WaitGroup
	for i := range layers {
		group.Go(func() {
			readers[i] = unsealer{file: r.file, encoder: r.encoder}
			readers[i].layer(&layers[i], layerName(i))
		})
	}
	group.Wait()
	for i := range readers {
		r.errs = append(r.errs, readers[i].errs...)
	}
	r.encoder.layers = layers
}

func (r *unsealer) layer(l *layer, at string) {
	for _, x := range l.linears() {
		*x.at = r.linear(at+x.name, x.out(&r.encoder.shape), x.in(&r.encoder.shape), x.bytes)
	}
	l.attentionNorm, l.outputNorm = r.norm(at+"attention.norm"), r.norm(at+"output.norm")
}

func unsealed[T sealed.Number](r *unsealer, name string, n int) []T {
	x, err := sealed.View[T](r.file, name, n)
	if err != nil {
		r.errs = append(r.errs, err)
	}
	return x
}

func (r *unsealer) norm(name string) norm {
	h := r.encoder.config.HiddenSize
	return norm{unsealed[float32](r, name+".gamma", h), unsealed[float32](r, name+".beta", h)}
}

func (r *unsealer) linear(name string, out, in int, bytes bool) linear {
	parts := kernel.PartsI16(in)
	s := &kernel.StoredI16{Out: out, In: in, Bias: unsealed[float32](r, name+".bias", out)}
	limits := unsealed[float32](r, name+".limits", parts)
	for i := range limits {
		s.Parts = append(s.Parts, r.part(fmt.Sprintf("%s.%d", name, i), out, in/parts, limits[i]))
	}
	if len(r.errs) > 0 {
		return nil
	}
	made, err := r.encoder.newLinear(s, r.encoder.format(bytes))
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %s: %w", r.file.Path(), name, err))
	}
	return made
}

func (r *unsealer) part(name string, out, size int, limit float32) kernel.StoredPart {
	p := kernel.StoredPart{
		Weights: unsealed[int16](r, name+".weights", out*size),
		Scales:  unsealed[float32](r, name+".scales", out),
		Limit:   limit,
	}
	if at := name + ".corrections"; r.file.Has(at) {
		p.Corrections = unsealed[uint8](r, at, out*size/kernel.CorrectionsPerByte)
	}
	return p
}
