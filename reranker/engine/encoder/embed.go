// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

// embeddings are the tables that give a token its first state.
type embeddings struct {
	words               words
	positions, segments []float32 // rows of HiddenSize elements
	norm                norm
}

// embed sets every state to LayerNorm(word + position + segment), for the next
// linear layer.
func (e *Encoder) embed(a *Arena, b *Batch, next linear) {
	dim, t := e.config.HiddenSize, &e.embeddings
	for i := range b.Sequences() {
		first, length := b.sequence(i)
		for p := range length {
			x := a.states[(first+p)*e.shape.hidden:][:e.shape.hidden]
			clear(x[dim:])
			t.words.add(x[:dim], row(t.positions, p, dim), int(b.IDs[first+p]), a.word)
			segment := row(t.segments, int(b.Segments[first+p]), dim)
			e.kernels.LayerNorm(x[:dim], x[:dim], segment, t.norm.gamma, t.norm.beta, float32(e.config.LayerNormEps))
			next.take(a, x, first+p, len(b.IDs))
		}
	}
}

func row(table []float32, i, dim int) []float32 { return table[i*dim : (i+1)*dim] }
