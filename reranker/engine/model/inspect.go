// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

// Info is what a person wants to know about a model.
type Info struct {
	Name       string       `json:"name"`
	Config     Config       `json:"config"`
	Parameters int          `json:"parameters"` // elements of the tensors that are used
	Bytes      int          `json:"bytes"`      // of the weights file; 0 where there are prepared weights only
	Digest     string       `json:"digest"`
	Tensors    []TensorInfo `json:"tensors"` // in the file's names, sorted
}

// TensorInfo describes a tensor of the weights file.
type TensorInfo struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Bytes int    `json:"bytes"`
	Used  bool   `json:"used"` // false for what the architecture ignores
}

// Inspect describes the model. It reads the weights file for its digest.
func (m *Model) Inspect() (Info, error) {
	digest, err := m.digest()
	if err != nil {
		return Info{}, err
	}
	info := Info{Name: m.name, Config: m.Config, Digest: digest, Parameters: m.Config.Parameters(), Tensors: []TensorInfo{}}
	if m.weights == nil {
		return info, nil
	}
	info.Bytes = m.weights.Size()
	for _, t := range m.weights.Tensors() {
		used := !m.Config.ignored(t.Name)
		info.Tensors = append(info.Tensors, TensorInfo{t.Name, string(t.DType), t.Shape, t.Bytes(), used})
	}
	return info, nil
}

// Parameters is the number of elements of the architecture's tensors.
func (c *Config) Parameters() int {
	total := 0
	for _, s := range c.specs() {
		n := 1
		for _, d := range s.shape {
			n *= d // bounded by the limits of sizes
		}
		total += n
	}
	return total
}

// MappedBytes is the size of the weights file where it is open.
func (m *Model) MappedBytes() int64 {
	if m.weights == nil {
		return 0
	}
	return int64(m.weights.Size())
}
