// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model/safetensors"
)

// prefix is what files put before the names of the encoder's tensors when the
// encoder is part of a larger model.
const prefix = "bert."

// oldNames are the names of a layer norm's tensors in files converted from the
// first implementation.
var oldNames = strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta")

// spec is a tensor that the architecture needs.
type spec struct {
	name  string
	shape []int
}

// specs lists the tensors of the architecture by their names without prefix.
func (c *Config) specs() []spec {
	h, f := c.HiddenSize, c.Intermediate
	all := []spec{
		{"embeddings.word_embeddings.weight", []int{c.VocabSize, h}},
		{"embeddings.position_embeddings.weight", []int{c.MaxPositions, h}},
		{"embeddings.token_type_embeddings.weight", []int{c.TypeVocabSize, h}},
	}
	norm := func(at string) {
		all = append(all, spec{at + ".weight", []int{h}}, spec{at + ".bias", []int{h}})
	}
	linear := func(at string, out, in int) {
		all = append(all, spec{at + ".weight", []int{out, in}}, spec{at + ".bias", []int{out}})
	}
	norm("embeddings.LayerNorm")
	for i := range c.Layers {
		layer := fmt.Sprintf("encoder.layer.%d.", i)
		linear(layer+"attention.self.query", h, h)
		linear(layer+"attention.self.key", h, h)
		linear(layer+"attention.self.value", h, h)
		linear(layer+"attention.output.dense", h, h)
		norm(layer + "attention.output.LayerNorm")
		linear(layer+"intermediate.dense", f, h)
		linear(layer+"output.dense", h, f)
		norm(layer + "output.LayerNorm")
	}
	if c.NumLabels > 0 {
		linear("pooler.dense", h, h)
		linear("classifier", c.NumLabels, h)
	}
	return all
}

// ignored reports whether a tensor that specs does not list may be there: the
// position buffers that old files carry, heads of pre-training, and the pooler
// of a model whose states are pooled otherwise.
func (c *Config) ignored(name string) bool {
	name = strings.TrimPrefix(name, prefix)
	switch {
	case name == "embeddings.position_ids", name == "embeddings.token_type_ids":
		return true
	case strings.HasPrefix(name, "cls."), strings.HasPrefix(name, "pooler."):
		return c.NumLabels == 0
	}
	return false
}

// maxReported keeps an error about a wholly different file readable.
const maxReported = 5

// checkTensors compares what the file has with what the architecture needs.
func (m *Model) checkTensors() error {
	var problems []error
	used := map[string]bool{}
	for _, s := range m.Config.specs() {
		t, err := m.find(s.name, s.shape)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		used[t.Name] = true
	}
	for _, t := range m.weights.Tensors() {
		if !used[t.Name] && !m.Config.ignored(t.Name) {
			problems = append(problems, fmt.Errorf("%s: tensor %q %v is not part of a %s with %d layers", m.path, t.Name, t.Shape, m.Config.Architecture, m.Config.Layers))
		}
	}
	if n := len(problems); n > maxReported {
		problems = append(problems[:maxReported], fmt.Errorf("%s: and %d more", m.path, n-maxReported))
	}
	return errors.Join(problems...)
}

// find returns the tensor under any of the names that it may have.
func (m *Model) find(name string, shape []int) (*safetensors.Tensor, error) {
	bare := strings.TrimPrefix(name, prefix)
	old := oldNames.Replace(bare)
	for _, candidate := range []string{bare, prefix + bare, old, prefix + old} {
		t, ok := m.weights.Lookup(candidate)
		if !ok {
			continue
		}
		if !slices.Equal(t.Shape, shape) {
			return nil, fmt.Errorf("%s: tensor %q has shape %v, want %v", m.path, t.Name, t.Shape, shape)
		}
		switch t.DType {
		case safetensors.F32, safetensors.F16, safetensors.BF16:
			return t, nil
		}
		return nil, fmt.Errorf("%s: tensor %q has dtype %s; supported: F32, F16, BF16", m.path, t.Name, t.DType)
	}
	return nil, fmt.Errorf("%s: tensor %q with shape %v is missing", m.path, bare, shape)
}

// Tensor returns the elements of a tensor in row-major order. The name may
// have the prefix "bert." or not, whatever the file does; a tensor of another
// shape is an error. F32 weights are a view of the mapped file: they must not
// be written to, nor used after Close. F16 and BF16 are converted into new
// memory.
func (m *Model) Tensor(name string, shape ...int) ([]float32, error) {
	if m.weights == nil {
		return nil, fmt.Errorf("%s: %w: the model has prepared weights only", m.path, fs.ErrNotExist)
	}
	t, err := m.find(name, shape)
	if err != nil {
		return nil, err
	}
	return m.weights.Float32s(t)
}
