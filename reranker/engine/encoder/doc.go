// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package encoder runs models of the BERT family: token ids in, one state per
// token out.
//
// A batch is ragged: the tokens of all its sequences are the rows of one
// matrix, without padding, so that every linear layer is one product. Only
// attention looks at sequences one by one. Each layer computes (post-norm, as
// in the original BERT)
//
//	x = LayerNorm(x + Attention(x))
//	x = LayerNorm(x + W2 gelu(W1 x))
//
// An Encoder is immutable and shared; an Arena is the working memory of one
// goroutine and is reused, so that a forward pass allocates nothing. A
// sequence's states do not depend on the rest of its batch, down to the last
// bit.
package encoder
