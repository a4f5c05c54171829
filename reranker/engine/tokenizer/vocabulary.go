// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// vocabulary is the object {"token": id, ...} of a model, in the file's order
// until sorted. Reading it as a slice takes a tenth of the time that a map
// does, which is most of what a start spends here.
type vocabulary []entry

// UnmarshalJSON reads what encoding/json has checked to be well-formed.
func (v *vocabulary) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) < 2 || data[0] != '{' {
		return errors.New("vocab is not an object")
	}
	for rest := skip(data[1:], ','); len(rest) > 0 && rest[0] != '}'; rest = skip(rest, ',') {
		n := stringEnd(rest)
		if n < 0 {
			return errors.New("vocab: a token is not text")
		}
		token, err := text(rest[:n])
		if err != nil {
			return fmt.Errorf("vocab: %w", err)
		}
		rest = skip(rest[n:], ':')
		n = bytes.IndexAny(rest, ",} \t\r\n")
		if n < 0 {
			return errors.New("vocab: no end")
		}
		id, err := strconv.ParseInt(string(rest[:n]), 10, 32)
		if err != nil {
			return fmt.Errorf("vocab: id of token %q: %w", token, err)
		}
		*v = append(*v, entry{token, int32(id)})
		rest = rest[n:]
	}
	return nil
}

// skip drops white space and one separator.
func skip(data []byte, separator byte) []byte {
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) > 0 && data[0] == separator {
		data = bytes.TrimLeft(data[1:], " \t\r\n")
	}
	return data
}

// stringEnd returns the length of the JSON string that data begins with, or -1.
func stringEnd(data []byte) int {
	if len(data) == 0 || data[0] != '"' {
		return -1
	}
	for i := 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// text decodes a JSON string.
func text(quoted []byte) (string, error) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var s string
	err := json.Unmarshal(quoted, &s)
	return s, err
}

// sort puts the tokens into order and refuses tokens that appear twice.
func (v vocabulary) sort() error {
	slices.SortFunc(v, func(a, b entry) int { return strings.Compare(a.token, b.token) })
	for i := 1; i < len(v); i++ {
		if v[i].token == v[i-1].token {
			return fmt.Errorf("model: token %q appears twice in the vocabulary", v[i].token)
		}
	}
	return nil
}

// id looks a token up in a sorted vocabulary.
func (v vocabulary) id(token string) (int32, bool) {
	i, ok := slices.BinarySearchFunc(v, token, func(e entry, t string) int { return strings.Compare(e.token, t) })
	if !ok {
		return 0, false
	}
	return v[i].id, true
}

// maxID bounds token ids: they index the embedding table later.
const maxID = 1 << 24

// idSet is a set of ids, as bits; what it takes is bounded by maxID.
type idSet []uint64

func (s *idSet) add(id int32) (isNew bool) {
	if need := int(id)/64 + 1; need > len(*s) {
		*s = append(*s, make(idSet, need-len(*s))...)
	}
	bit := uint64(1) << (id % 64)
	isNew = (*s)[id/64]&bit == 0
	(*s)[id/64] |= bit
	return isNew
}

func (s idSet) has(id int32) bool {
	return id >= 0 && int(id)/64 < len(s) && s[id/64]>>(id%64)&1 == 1
}

// setVocabulary takes the sorted vocabulary and the added tokens over.
func (t *Tokenizer) setVocabulary(vocab vocabulary, tokens []addedToken) error {
	var used idSet
	largest := int32(-1)
	for _, e := range vocab {
		if e.id < 0 || e.id >= maxID {
			return fmt.Errorf("model: token %q has id %d, want 0 to %d", e.token, e.id, maxID-1)
		}
		if !used.add(e.id) {
			return fmt.Errorf("model: tokens %q and %q share id %d", vocab.byID(e.id), e.token, e.id)
		}
		largest = max(largest, e.id)
	}
	for _, a := range tokens {
		if a.ID < 0 || a.ID >= maxID {
			return fmt.Errorf("added_tokens: token %q has id %d, want 0 to %d", a.Content, a.ID, maxID-1)
		}
		if own, ok := vocab.id(a.Content); ok && own != a.ID {
			return fmt.Errorf("added_tokens: token %q has id %d, but %d in the vocabulary", a.Content, a.ID, own)
		} else if !ok && !used.add(a.ID) {
			return fmt.Errorf("added_tokens: token %q has id %d, which another token has", a.Content, a.ID)
		}
		largest = max(largest, a.ID)
		if a.Special {
			t.special = append(t.special, a.ID)
		}
	}
	f := t.frame
	for _, ids := range [][]int32{f.before, f.after, f.pairBefore, f.between, f.pairAfter} {
		for _, id := range ids {
			if !used.has(id) {
				return fmt.Errorf("post_processor: special token id %d is not in the vocabulary", id)
			}
			t.special = append(t.special, id)
		}
	}
	slices.Sort(t.special)
	t.special = slices.Compact(t.special)
	t.vocabSize = int(largest) + 1
	t.trie = newTrie(vocab)
	return t.setAdded(tokens)
}

// byID finds the first token of an id, for messages.
func (v vocabulary) byID(id int32) string {
	return v[slices.IndexFunc(v, func(e entry) bool { return e.id == id })].token
}
