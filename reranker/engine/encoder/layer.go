// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package encoder

// layer is one block of the encoder.
type layer struct {
	queryKeyValue linear // all heads of Q, then of K, then of V
	attentionOut  linear
	attentionNorm norm
	expand        linear
	contract      linear
	outputNorm    norm
}

// norm holds the weights of a layer normalisation.
type norm struct{ gamma, beta []float32 }

// namedLinear is one of a layer's products.
type namedLinear struct {
	name    string
	at      *linear
	bytes   bool // whether it bears them, with corrections
	out, in func(s *shape) int
}

// The names of products in a file.
const (
	queryKeyValue = "qkv"
	attentionOut  = "attention"
	expand        = "expand"
	contract      = "contract"
)

// linears lists the products of a layer in the order of a file. Two of them, 8 of
// 12 multiplications, are computed in bytes where int8 is asked for: with more,
// scores err by more than 0.01 (docs/designs/engine.md).
func (l *layer) linears() []namedLinear {
	hidden := func(s *shape) int { return s.hidden }
	context := func(s *shape) int { return s.context }
	inner := func(s *shape) int { return s.inner }
	return []namedLinear{
		{queryKeyValue, &l.queryKeyValue, false, func(s *shape) int { return 3 * s.context }, hidden},
		{attentionOut, &l.attentionOut, false, hidden, context},
		{expand, &l.expand, true, inner, hidden},
		{contract, &l.contract, true, hidden, inner},
	}
}
