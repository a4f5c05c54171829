// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import "strings"

// key says how to read the value of one key of a rerank request.
type key struct {
	// read is nil for keys that are known and change nothing here.
	read func(*rerankReader, string) error
	// optional keys may be null, which means absent.
	optional bool
	// unsupported keys ask for something that is not done; the answer says so.
	unsupported bool
}

// rerankKeys is every key that some dialect knows.
var rerankKeys = map[string]key{
	"query":                {read: (*rerankReader).query},
	"documents":            {read: (*rerankReader).documents},
	"texts":                {read: (*rerankReader).documents},
	"input":                {read: (*rerankReader).documents},
	"passages":             {read: (*rerankReader).documents},
	"method":               {read: (*rerankReader).method, optional: true},
	"top_k":                {read: (*rerankReader).topK, optional: true},
	"top_n":                {read: (*rerankReader).topN, optional: true},
	"return_documents":     {read: (*rerankReader).returnFlag, optional: true},
	"return_text":          {read: (*rerankReader).returnFlag, optional: true},
	"return_input":         {read: (*rerankReader).returnFlag, optional: true},
	"return_len":           {read: (*rerankReader).returnLen, optional: true},
	"raw_scores":           {read: (*rerankReader).rawScores, optional: true},
	"truncate":             {read: (*rerankReader).truncate, optional: true},
	"truncation":           {read: (*rerankReader).truncate, optional: true},
	"model":                {read: (*rerankReader).model, optional: true},
	"truncation_direction": {read: (*rerankReader).direction, optional: true},
	"rank_fields":          {read: (*rerankReader).rankFields, optional: true},
	"priors":               {read: (*rerankReader).priors, optional: true},

	"max_tokens_per_doc": {read: (*rerankReader).maxTokens, optional: true},
	"max_chunks_per_doc": {read: (*rerankReader).maxChunks, optional: true},
	"overlap_tokens":     {read: (*rerankReader).overlap, optional: true},

	"max_tokens_per_query":   {unsupported: true},
	"instruction":            {unsupported: true},
	"relevant_spans":         {unsupported: true},
	"truncate_prompt_tokens": {unsupported: true},
	"truncation_side":        {unsupported: true},
	"rewrite_query":          {unsupported: true},
	"use_activation":         {unsupported: true},
	"priority":               {unsupported: true},
	"user":                   {},
	"kwargs":                 {},
	"request_id":             {},
	"cache_salt":             {},
	"mm_processor_kwargs":    {},
	"encoding_format":        {},
}

// NativeKeys are the keys of a native request.
var NativeKeys = map[string]bool{
	"query": true, "documents": true, "method": true, "top_k": true, "top_n": true,
	"return_documents": true, "truncate": true, "model": true,
	"max_tokens_per_doc": true, "max_chunks_per_doc": true, "overlap_tokens": true, "priors": true,
}

// Unsupported lists the keys of b that ask for something that is not done, in
// no order.
func (b *Rerank) Unsupported() []string {
	var keys []string
	for k := range b.Keys {
		if rerankKeys[k].unsupported {
			keys = append(keys, k)
		}
	}
	return keys
}

// Misspelled returns the first unknown key that differs from a native key in
// case or underscores only, and that native key.
func (b *Rerank) Misspelled() (got, want string) {
	for _, u := range b.Unknown {
		for k := range NativeKeys {
			if fold(u) == fold(k) {
				return u, k
			}
		}
	}
	return "", ""
}

func fold(key string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(key))
}
