// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// vocabulary makes texts that look like text to a tokenizer: common words, most
// of them one token each.
var vocabulary = strings.Fields(`the of and in to a is for on that with as by this from at are an be which
system method result data value model number time wave flow layer pressure plate
theory test heat transfer speed surface wing body field computer program language
memory process structure problem solution information design control analysis
function equation boundary shock laminar turbulent stress load file search code`)

// texts makes requests of which no two share a document.
type texts struct {
	random            *rand.Rand
	documents, tokens int
}

func newTexts(seed uint64, documents, tokens int) *texts {
	return &texts{rand.New(rand.NewPCG(seed, 5)), documents, tokens}
}

func (t *texts) words(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = vocabulary[t.random.IntN(len(vocabulary))]
	}
	return strings.Join(words, " ")
}

// body is the body of a request.
func (t *texts) body() []byte {
	documents := make([]string, t.documents)
	for i := range documents {
		documents[i] = t.words(t.tokens)
	}
	body, err := json.Marshal(map[string]any{"query": t.words(8), "documents": documents})
	if err != nil {
		panic("BUG: " + err.Error()) // strings can always be written
	}
	return body
}
