// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package static

import (
	"fmt"
	"math"
	"strconv"

	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// FileName is the name of the table in a model's directory.
const FileName = "static.bin"

// kind is that of the file.
const kind = "static"

// Names of facts and sections of the file.
const (
	factWeights   = "weights"        // digest of the weights that it was distilled from
	factTokenizer = "tokenizer.json" // and of that file
	factPooling   = "pooling"
	factRecipe    = "recipe"
	factDim       = "dim"
	factTokens    = "tokens"

	sectionRows   = "rows"
	sectionScales = "scales"
)

// maxDim bounds what a file may claim.
const maxDim = 1 << 14

// Table gives each token of a vocabulary a vector. It is safe for concurrent
// use, but Close.
type Table struct {
	dim    int
	rows   []int8    // [tokens][dim]
	scales []float32 // [tokens]
	file   *sealed.File
}

// Origin is what a table was distilled from, all that its rows depend on: the
// digests of the weights and of tokenizer.json, and how states are pooled.
type Origin struct{ Weights, Tokenizer, Pooling string }

func (o Origin) String() string {
	return fmt.Sprintf("weights with digest %s, a tokenizer.json with %s and pooling by %q", o.Weights, o.Tokenizer, o.Pooling)
}

// Open reads a table and checks that it was distilled from the origin.
func Open(path string, from Origin) (*Table, error) {
	f, err := sealed.Open(path, kind)
	if err != nil {
		return nil, fmt.Errorf("open static table: %w", err)
	}
	t, err := read(f, from)
	if err == nil {
		err = f.Verify()
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("open static table: %w", err)
	}
	return t, nil
}

func read(f *sealed.File, from Origin) (*Table, error) {
	if got := (Origin{f.Fact(factWeights), f.Fact(factTokenizer), f.Fact(factPooling)}); got != from {
		return nil, fmt.Errorf("%s was distilled from %v, the model has %v; distil it anew", f.Path(), got, from)
	}
	dim, errDim := strconv.Atoi(f.Fact(factDim))
	tokens, errTokens := strconv.Atoi(f.Fact(factTokens))
	if errDim != nil || errTokens != nil || dim < 1 || dim > maxDim || tokens < 1 || tokens > math.MaxInt32 {
		return nil, fmt.Errorf("%s: %q tokens of %q elements: %w", f.Path(), f.Fact(factTokens), f.Fact(factDim), sealed.ErrDamaged)
	}
	t := &Table{dim: dim, file: f}
	var err error
	if t.rows, err = sealed.View[int8](f, sectionRows, tokens*dim); err != nil {
		return nil, err
	}
	if t.scales, err = sealed.View[float32](f, sectionScales, tokens); err != nil {
		return nil, err
	}
	return t, nil
}

// Dim is the number of elements of a vector.
func (t *Table) Dim() int { return t.dim }

// Tokens is the number of tokens that have a vector.
func (t *Table) Tokens() int { return len(t.scales) }

// Bytes is the size of the table.
func (t *Table) Bytes() int64 { return t.file.Size() }

// Close releases the table.
func (t *Table) Close() error { return t.file.Close() }

// Sum makes dst, of Dim elements, the sum of the rows of the tokens. A token
// that the table does not know has no part in it.
func (t *Table) Sum(dst []float32, ids []int32) {
	clear(dst)
	for _, id := range ids {
		if int(id) >= len(t.scales) || id < 0 {
			continue
		}
		addScaled(dst, t.rows[int(id)*t.dim:][:t.dim], t.scales[id])
	}
}

// addScaled computes dst += scale * row. Four sums at a time keep the loop free
// of bounds checks.
func addScaled(dst []float32, row []int8, scale float32) {
	for len(dst) >= 4 && len(row) >= 4 {
		dst[0] += scale * float32(row[0])
		dst[1] += scale * float32(row[1])
		dst[2] += scale * float32(row[2])
		dst[3] += scale * float32(row[3])
		dst, row = dst[4:], row[4:]
	}
	for i, v := range row {
		dst[i] += scale * float32(v)
	}
}

// Cosine is that of two vectors, 0 where one of them has no direction.
func Cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		y := b[i]
		ab += float64(x) * float64(y)
		aa += float64(x) * float64(x)
		bb += float64(y) * float64(y)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return max(-1, min(1, ab/math.Sqrt(aa*bb)))
}
