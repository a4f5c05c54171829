// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"encoding/binary"
	"hash/fnv"
	"math"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
	"github.com/quantumrerank/quantumrerank/reranker/method/state"
)

// Features are what an encoder knows about a text. A Scorer reads them while
// it prepares the text and keeps none of the slices.
type Features struct {
	Pooled []float32 // Dim: one vector for the text
	Tokens []float32 // Rows x Dim, row-major: content tokens, without [CLS] and [SEP]
	IDs    []int32   // Rows: their vocabulary ids
	Rows   int
	Dim    int
}

// pooled returns a copy of the pooled vector at unit length, or nil if it has
// no direction.
func (f Features) pooled() []float32 {
	if f.Dim <= 0 || len(f.Pooled) != f.Dim {
		return nil
	}
	v := make([]float32, f.Dim)
	if !linalg.Normalize(v, f.Pooled) {
		return nil
	}
	return v
}

// ensemble returns the text's density matrix, or false if a token state has no
// direction. weight gives the weight of a token before normalisation. The rows
// are those of f where they have unit length already; whoever keeps them must
// copy them.
func (f Features) ensemble(weight func(id int32) float64) (state.Ensemble[float32], bool) {
	e := state.Ensemble[float32]{N: f.Rows, Dim: f.Dim}
	if f.Rows <= 0 || f.Dim <= 0 || len(f.Tokens) != f.Rows*f.Dim {
		return e, false
	}
	var ok bool
	if e.Rows, ok = unitRows(f.Tokens, f.Dim); !ok {
		return e, false
	}
	e.Weights = make([]float64, f.Rows)
	total := 0.0
	for i := range e.Weights {
		e.Weights[i] = 1
		if weight != nil && len(f.IDs) == f.Rows {
			e.Weights[i] = weight(f.IDs[i])
		}
		total += e.Weights[i]
	}
	for i := range e.Weights {
		e.Weights[i] /= total
	}
	return e, true
}

// unitRows returns rows if all of them have unit length up to rounding, as an
// encoder makes them; otherwise copies that have it, or false if one of them
// has no direction.
func unitRows(rows []float32, dim int) ([]float32, bool) {
	const rounding = 1e-5
	isUnit := true
	for i := 0; i < len(rows) && isUnit; i += dim {
		// False for NaN too; squares of huge numbers overflow to infinity.
		isUnit = math.Abs(linalg.SquaredLength(rows[i:i+dim])-1) <= rounding
	}
	if isUnit {
		return rows, true
	}
	out := make([]float32, len(rows))
	for i := 0; i < len(rows); i += dim {
		if !linalg.Normalize(out[i:i+dim], rows[i:i+dim]) {
			return nil, false
		}
	}
	return out, true
}

// fingerprint identifies the text for repeatable draws: by its ids, which are
// the same on every machine, or by its vector where there are none.
func (f Features) fingerprint() uint64 {
	h := fnv.New64a()
	var b [4]byte
	for _, id := range f.IDs {
		binary.LittleEndian.PutUint32(b[:], uint32(id))
		h.Write(b[:])
	}
	if len(f.IDs) == 0 {
		for _, x := range f.Pooled {
			binary.LittleEndian.PutUint32(b[:], math.Float32bits(x))
			h.Write(b[:])
		}
	}
	return h.Sum64()
}
