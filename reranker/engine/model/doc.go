// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package model reads a model from a directory in the Hugging Face layout:
//
//	config.json                        architecture and sizes
//	tokenizer.json                     package tokenizer
//	model.safetensors                  weights
//	modules.json                       optional: pooling and normalization, by
//	1_Pooling/config.json              sentence-transformers
//	sentence_bert_config.json          optional: longest sequence
//	tokenizer_config.json              optional: longest sequence
//	config_sentence_transformers.json  optional: prompts of queries, documents
//
// Two architectures of the BERT family are read: BertModel, whose pooled token
// states are embeddings (a bi-encoder), and BertForSequenceClassification with
// one label, whose logit is the relevance of a pair (a cross-encoder).
//
// Where the optional files are absent, an embedding is the normalized mean of
// the token states, the longest sequence is max_position_embeddings and there
// are no prefixes: what sentence-transformers makes of such a directory, but
// for the normalization, which no cosine notices.
//
// The package refuses what it would otherwise get silently wrong: a field of a
// configuration that changes the mathematics and that nobody here implements, a
// field that it has never heard of, a tensor that is missing, of another shape
// than the configuration says or not part of the architecture. The error names
// the file, and the field with its value or the tensor with both shapes.
package model
