// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import (
	"errors"
	"fmt"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// Precision says in which numbers the linear layers are computed. Everything
// between them is float32. Int8 is bytes in the layers that bear it, and int16 or
// float32 in the others, whichever is faster: see layer.linears.
type Precision = kernel.Format

// The precisions.
const (
	Float32  = kernel.Float32
	BFloat16 = kernel.BFloat16
	Int16    = kernel.Int16
	Int8     = kernel.Int8
)

// New reads the weights of a model and packs them for the set. The embedding
// tables stay views of the model's file: the model must stay open.
func New(m *model.Model, kernels *kernel.Set, precision Precision) (*Encoder, error) {
	c := m.Config
	e := &Encoder{config: c, kernels: kernels, precision: precision, shape: newShape(&c)}
	l := &loader{model: m, encoder: e}
	l.embeddings()
	if c.NumLabels > 0 {
		l.head()
	}
	if err := errors.Join(l.err, e.loadLayers(m)); err != nil {
		return nil, fmt.Errorf("load encoder: %w", err)
	}
	return e, nil
}

// NewPassing returns an encoder in float32 that keeps no packed weights: each
// forward pass packs each layer and drops it. It is for measuring, in little
// memory, how far another precision is off.
func NewPassing(m *model.Model, kernels *kernel.Set) (*Encoder, error) {
	c := m.Config
	e := &Encoder{config: c, kernels: kernels, precision: Float32, shape: newShape(&c), passing: m}
	l := &loader{model: m, encoder: e}
	l.embeddings()
	if c.NumLabels > 0 {
		l.head()
	}
	if l.err != nil {
		return nil, fmt.Errorf("load encoder: %w", l.err)
	}
	return e, nil
}

// after is what stands behind the last layer.
var after = &layer{queryKeyValue: &linearF32{}}

// layer returns a layer that was packed at load, or packs it. After the last one
// comes one that takes its input and does nothing with it.
func (e *Encoder) layer(i int) (*layer, error) {
	if i == e.config.Layers {
		return after, nil
	}
	if e.passing == nil {
		return &e.layers[i], nil
	}
	l := &loader{model: e.passing, encoder: e}
	made := l.layer(fmt.Sprintf("encoder.layer.%d.", i))
	return &made, l.err
}

// loadLayers packs the layers, as many at a time as there are CPUs: packing is
// most of the time that it takes to open a model.
func (e *Encoder) loadLayers(m *model.Model) error {
	e.layers = make([]layer, e.config.Layers)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range e.layers {
		group.Go(func() error {
			l := &loader{model: m, encoder: e}
			e.layers[i] = l.layer(fmt.Sprintf("encoder.layer.%d.", i))
			return l.err
		})
	}
	return group.Wait()
}

// loader reads tensors until the first error.
type loader struct {
	model   *model.Model
	encoder *Encoder
	err     error
}

func (l *loader) tensor(name string, shape ...int) []float32 {
	n := 1
	for _, s := range shape {
		n *= s
	}
	if l.err == nil {
		var t []float32
		if t, l.err = l.model.Tensor(name, shape...); l.err == nil {
			return t
		}
	}
	return make([]float32, n)
}

func (l *loader) norm(name string) norm {
	h := l.encoder.config.HiddenSize
	return norm{l.tensor(name+".weight", h), l.tensor(name+".bias", h)}
}

func (l *loader) embeddings() {
	c := &l.encoder.config
	l.encoder.embeddings = embeddings{
		words:     l.words(),
		positions: l.tensor("embeddings.position_embeddings.weight", c.MaxPositions, c.HiddenSize),
		segments:  l.tensor("embeddings.token_type_embeddings.weight", c.TypeVocabSize, c.HiddenSize),
		norm:      l.norm("embeddings.LayerNorm"),
	}
}

// words returns the table of words. In integers it is rounded as prepared
// weights are, so that both give the same bits.
func (l *loader) words() words {
	e := l.encoder
	rows := l.tensor("embeddings.word_embeddings.weight", e.config.VocabSize, e.config.HiddenSize)
	if e.precision != Float32 {
		return &roundedWords{kernels: e.kernels, rows: rows}
	}
	return &floatWords{rows: rows}
}

func (l *loader) head() {
	c := &l.encoder.config
	l.encoder.head = &head{
		pooler:     l.tensor("pooler.dense.weight", c.HiddenSize, c.HiddenSize),
		poolerBias: l.tensor("pooler.dense.bias", c.HiddenSize),
		classifier: l.tensor("classifier.weight", c.NumLabels, c.HiddenSize)[:c.HiddenSize],
		bias:       l.tensor("classifier.bias", c.NumLabels)[0],
	}
}

func (l *loader) layer(at string) layer {
	c := &l.encoder.config
	hidden := side{blocks: 1, size: c.HiddenSize}
	heads := side{blocks: c.Heads, size: c.HiddenSize / c.Heads}
	inner := side{blocks: 1, size: c.Intermediate}
	made := layer{attentionNorm: l.norm(at + "attention.output.LayerNorm"), outputNorm: l.norm(at + "output.LayerNorm")}
	weights := map[string]*kernel.Dense{
		queryKeyValue: l.queryKeyValue(at, heads, hidden),
		attentionOut:  l.dense(at+"attention.output.dense", hidden, heads),
		expand:        l.dense(at+"intermediate.dense", inner, hidden),
		contract:      l.dense(at+"output.dense", hidden, inner),
	}
	for _, x := range made.linears() {
		*x.at = l.linear(weights[x.name], x.bytes)
	}
	return made
}

// queryKeyValue joins the three projections of attention into one layer. The
// factor 1/sqrt(d) of the scores goes into the query's weights.
func (l *loader) queryKeyValue(at string, out, in side) *kernel.Dense {
	q := l.dense(at+"attention.self.query", out, in)
	k := l.dense(at+"attention.self.key", out, in)
	v := l.dense(at+"attention.self.value", out, in)
	scale := float32(1 / math.Sqrt(float64(out.size)))
	scaled := func(x []float32) []float32 {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = v * scale
		}
		return y
	}
	all := &kernel.Dense{Out: 3 * q.Out, In: q.In}
	all.Weights = append(append(scaled(q.Weights), k.Weights...), v.Weights...)
	all.Bias = append(append(scaled(q.Bias), k.Bias...), v.Bias...)
	return all
}

func (l *loader) linear(d *kernel.Dense, bytes bool) linear {
	s, format := l.encoder.kernels, l.encoder.format(bytes)
	switch {
	case l.encoder.precision == Float32:
		return &linearF32{kernels: s, panels: s.PackF32(d)}
	case format == Int16:
		return &linearI16{kernels: s, panels: s.PackI16(d)}
	default:
		made, err := l.encoder.newLinear(s.PackI16(d).Store(), format)
		l.err = errors.Join(l.err, err)
		return made
	}
}

// side is one side of a weight matrix: blocks of size elements, each of which
// is padded for the kernels.
type side struct{ blocks, size int }

func (s side) len() int    { return s.blocks * s.size }
func (s side) padded() int { return s.blocks * kernel.Pad(s.size) }

// at returns the padded place of element i.
func (s side) at(i int) int { return i/s.size*kernel.Pad(s.size) + i%s.size }

// dense reads a linear layer and pads both sides.
func (l *loader) dense(name string, out, in side) *kernel.Dense {
	weights := l.tensor(name+".weight", out.len(), in.len())
	bias := l.tensor(name+".bias", out.len())
	d := &kernel.Dense{Out: out.padded(), In: in.padded(), Weights: weights, Bias: bias}
	if out.padded() == out.len() && in.padded() == in.len() {
		return d
	}
	d.Weights, d.Bias = make([]float32, d.Out*d.In), make([]float32, d.Out)
	for n := range out.len() {
		d.Bias[out.at(n)] = bias[n]
		for k := range in.len() {
			d.Weights[out.at(n)*d.In+in.at(k)] = weights[n*in.len()+k]
		}
	}
	return d
}
