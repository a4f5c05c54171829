// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package static compares texts by vectors of their tokens that were computed
// once and for all, without running a model: the cheap first look at a document.
//
// The table is distilled from the encoder that the model serves, with no other
// data: each entry of the vocabulary goes through the encoder alone, x_i, and
// keeps its part in the directions in which entries differ most,
//
//	row_i = w_i * D P (x_i - mean(x)),   w_i = a / (a + p_i),   p_i = (1/i) / sum_j (1/j)
//
// P holds the leading principal components and D the inverses of their standard
// deviations: the first few, which all entries share, would drown the others in
// a sum. w_i is the smooth inverse frequency
// of Arora, Liang and Ma (2017), whose p is the share of the token in texts. The
// vocabulary stands in for it: those of the family are ordered by frequency, and
// word frequencies fall with the rank (Zipf's law). a is Smoothing.
//
// A text's vector is the sum of the rows of its tokens; only its direction
// counts. Rows are kept as int8 with a scale each.
package static
