// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package lexical measures how much of a query's wording a document repeats,
// knowing nothing but the two texts and a model's vocabulary.
//
// BM25 needs statistics of a collection. Here the rarity of a word comes from
// its place in the WordPiece vocabulary, which is sorted by frequency in the
// corpus that the vocabulary was made from, and the typical length of a
// document is a constant. So the score of a document depends on the query and
// the document alone.
package lexical
