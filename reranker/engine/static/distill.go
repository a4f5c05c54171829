// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package static

import (
	"fmt"
	"math"
	"strconv"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
	"github.com/quantumrerank/quantumrerank/reranker/engine/sealed"
)

// Choices of the distillation; docs/performance.md has what others gave.
const (
	// Components is the number of principal components that are kept.
	Components = 256
	// Smoothing is the share of texts at which a token counts half.
	Smoothing = 1e-5
)

// recipe says how a table was made. Who changes that changes the text.
var recipe = fmt.Sprintf("%d white components, smoothing %g", Components, Smoothing)

// Fresh reports whether the file holds a table that Distill would make again.
func Fresh(path string, from Origin) bool {
	t, err := Open(path, from)
	if err != nil {
		return false
	}
	same := t.file.Fact(factRecipe) == recipe
	return t.Close() == nil && same
}

// Distill makes a table of the vectors, dim elements for each token, that the
// encoder of the origin gave to the tokens of its vocabulary, and writes it to
// the file. It destroys the vectors.
func Distill(path string, from Origin, vectors []float32, dim int) error {
	if dim < 1 || len(vectors) == 0 || len(vectors)%dim != 0 {
		return fmt.Errorf("distil: %d elements are no vectors of %d", len(vectors), dim)
	}
	keep := min(Components, dim)
	rows := project(vectors, dim, keep)
	weigh(rows, keep, Smoothing)
	quantised, scales := quantise(rows, keep)
	d := sealed.NewDraft(kind)
	d.Note(factWeights, from.Weights)
	d.Note(factTokenizer, from.Tokenizer)
	d.Note(factPooling, from.Pooling)
	d.Note(factRecipe, recipe)
	d.Note(factDim, strconv.Itoa(keep))
	d.Note(factTokens, strconv.Itoa(len(scales)))
	sealed.Add(d, sectionRows, quantised)
	sealed.Add(d, sectionScales, scales)
	return d.WriteFile(path)
}

// flat is the share of the largest variance below which a direction is empty.
const flat = 1e-9

// project centres the vectors and writes their parts in the leading principal
// components, each divided by its standard deviation.
func project(vectors []float32, dim, keep int) []float32 {
	n := len(vectors) / dim
	centre(vectors, dim)
	// The components are the eigenvectors of the sum of all x xᵀ: the inner
	// products of the columns, which are the rows of the transpose.
	columns := make([]float32, len(vectors))
	for i := range n {
		for j, x := range vectors[i*dim : (i+1)*dim] {
			columns[j*n+i] = x
		}
	}
	covariance := make([]float64, dim*dim)
	gram(covariance, columns, dim, n)
	values, components := eigen(covariance, dim)
	basis := make([]float32, keep*dim)
	for k := range keep {
		if !(values[k] > flat*values[0]) {
			break // there is nothing in this direction but noise
		}
		scale := math.Sqrt(float64(n) / values[k])
		for j := range dim {
			basis[k*dim+j] = float32(components[k*dim+j] * scale)
		}
	}
	rows, k := make([]float32, n*keep), kernel.Default()
	for i := range n {
		for j := range keep {
			rows[i*keep+j] = k.Dot(vectors[i*dim:(i+1)*dim], basis[j*dim:(j+1)*dim])
		}
	}
	return rows
}

// centre subtracts the mean from all vectors.
func centre(vectors []float32, dim int) {
	mean := make([]float64, dim)
	for i, x := range vectors {
		mean[i%dim] += float64(x)
	}
	n := float64(len(vectors) / dim)
	for i := range vectors {
		vectors[i] -= float32(mean[i%dim] / n)
	}
}

// weigh multiplies each row by the weight of its token.
func weigh(rows []float32, dim int, smoothing float64) {
	n := len(rows) / dim
	harmonic := 0.0
	for i := range n {
		harmonic += 1 / float64(i+1)
	}
	for i := range n {
		share := 1 / float64(i+1) / harmonic
		weight := float32(smoothing / (smoothing + share))
		for k := range dim {
			rows[i*dim+k] *= weight
		}
	}
}

// quantise rounds each row to int8 with a scale of its own. What is not a
// number becomes zero: a broken vector must not spread.
func quantise(rows []float32, dim int) (quantised []int8, scales []float32) {
	quantised, scales = make([]int8, len(rows)), make([]float32, len(rows)/dim)
	for i := range scales {
		row, largest := rows[i*dim:(i+1)*dim], float32(0)
		for _, x := range row {
			largest = max(largest, x, -x)
		}
		if !(largest > 1e-30) || math.IsInf(float64(largest), 0) {
			continue
		}
		scales[i] = largest / math.MaxInt8
		for k, x := range row {
			quantised[i*dim+k] = int8(math.RoundToEven(float64(x / scales[i])))
		}
	}
	return quantised, scales
}
