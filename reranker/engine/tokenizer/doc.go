// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package tokenizer turns text into the token ids of a BERT-family model, as
// its tokenizer.json describes: BertNormalizer, BertPreTokenizer, WordPiece.
//
// The ids are those of the reference implementation (the Python package
// "tokenizers") on every input, which the golden tests hold over more than
// 50,000 lines. Three decisions are ours:
//
//   - Text is plain text. A "[SEP]" that a caller writes is six characters,
//     not a separator, unless AsReference asks for the reference's habit of
//     turning it into one. See docs/designs/tokenizer.md.
//   - Truncation and padding settings inside the file are ignored: how long a
//     sequence may be is decided by the engine, and nothing is padded.
//   - Bytes that are not UTF-8 count as U+FFFD.
//
// What a file may contain beyond the three parts named above is refused with
// an error that names the part, never ignored.
//
// A Tokenizer is immutable and safe for concurrent use. Encoding allocates
// nothing but what the caller's slice needs to grow.
package tokenizer
