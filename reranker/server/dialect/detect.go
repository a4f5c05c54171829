// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/decode"
)

// Chooser finds out which dialect a body is written in.
type Chooser func(*decode.Rerank) *Dialect

// only is the Chooser of a place where one dialect is spoken.
func only(d *Dialect) Chooser { return func(*decode.Rerank) *Dialect { return d } }

// v1Rerank chooses on /v1/rerank. The first rule that fits decides:
//
//  1. "texts" is present: text-embeddings-inference.
//  2. "method" is present: native.
//  3. "truncation" is present, or "top_k" and "model": Voyage.
//  4. any other known key that native requests do not have, or one of
//     sharedKeys, is present, or a document is an object: the common form of
//     Cohere, Jina and the rest.
//  5. otherwise: native.
func v1Rerank(b *decode.Rerank) *Dialect {
	switch {
	case b.Keys["texts"]:
		return teiUnion
	case b.Keys["method"]:
		return Native
	case b.Keys["truncation"], b.Keys["top_k"] && b.Keys["model"]:
		return voyageUnion
	case foreignKeys(b), b.HasObjects:
		return common
	}
	return Native
}

// sharedKeys are native keys that the clients of others send as well.
var sharedKeys = []string{"model", "top_n", api.FieldMaxTokens, api.FieldMaxChunks, api.FieldOverlap}

// foreignKeys reports whether b has a key that a native request would have no
// reason for.
func foreignKeys(b *decode.Rerank) bool {
	known := len(b.Keys) - len(b.Unknown)
	for key := range decode.NativeKeys {
		if b.Keys[key] {
			known--
		}
	}
	for _, key := range sharedKeys {
		if b.Keys[key] {
			return true
		}
	}
	return known > 0
}

// rerank chooses on /rerank, where no native client was ever pointed at: only
// "method" makes a request native.
func rerank(b *decode.Rerank) *Dialect {
	switch {
	case b.Keys["texts"]:
		return teiUnion
	case b.Keys["method"]:
		return Native
	}
	return vllmUnion
}

// v1Reranking chooses on /v1/reranking, which Mixedbread and llama.cpp share.
func v1Reranking(b *decode.Rerank) *Dialect {
	if b.Keys["input"] {
		return mixedbreadUnion
	}
	return rerank(b)
}

// llamaCpp chooses on the mount of llama.cpp as that server does.
func llamaCpp(b *decode.Rerank) *Dialect {
	if b.Keys["texts"] {
		return llamaCppTEI
	}
	return llamaCppJina
}
