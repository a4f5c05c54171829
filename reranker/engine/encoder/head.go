// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

import "math"

// head turns the state of a pair's first token into a relevance logit:
//
//	logit = w · tanh(W x + b) + c
type head struct {
	pooler, poolerBias []float32 // [HiddenSize][HiddenSize], [HiddenSize]
	classifier         []float32 // [HiddenSize]
	bias               float32
}

// Logit returns the logit of sequence i of the last batch; zero for a model
// without a classification head. It is one small product per pair, so plain Go
// in double precision is good enough.
func (a *Arena) Logit(b *Batch, i int) float64 {
	h := a.encoder.head
	if h == nil {
		return 0
	}
	first, _ := a.place(b, i)
	x := a.State(first)
	logit := float64(h.bias)
	for j, w := range h.classifier {
		sum := float64(h.poolerBias[j])
		for k, v := range row(h.pooler, j, len(x)) {
			sum += float64(v) * float64(x[k])
		}
		logit += float64(w) * math.Tanh(sum)
	}
	return logit
}
