// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"fmt"
	"sort"
	"strings"
)

// SpecialTokens says what the name of a special token means inside a text.
type SpecialTokens int

const (
	// AsText takes "[SEP]" in a text for the six characters that it is. This
	// is the default: texts come from callers, and a caller must not be able
	// to end the query and begin a document of his own inside a pair.
	AsText SpecialTokens = iota
	// AsReference takes it for the special token, as the reference does unless
	// told otherwise.
	AsReference
)

// added is a token that is looked for in the raw text.
type added struct {
	content string
	id      int32
}

// matcher finds added tokens: the leftmost, and of those the longest.
type matcher struct {
	tokens []added // longest first
	first  string  // the bytes that any of them begins with
}

func newMatcher(tokens []added) matcher {
	sort.SliceStable(tokens, func(i, j int) bool { return len(tokens[i].content) > len(tokens[j].content) })
	m := matcher{tokens: tokens}
	for _, a := range tokens {
		if c := a.content[:1]; !strings.Contains(m.first, c) {
			m.first += c
		}
	}
	return m
}

// next returns the first added token in s and where it begins; -1 for none.
func (m *matcher) next(s string) (at int, token added) {
	for i := 0; i < len(s); i++ {
		j := indexAnyByte(s[i:], m.first)
		if j < 0 {
			break
		}
		i += j
		for _, a := range m.tokens {
			if strings.HasPrefix(s[i:], a.content) {
				return i, a
			}
		}
	}
	return -1, added{}
}

// indexAnyByte is strings.IndexAny for bytes: a token may begin with a byte
// that is no character by itself.
func indexAnyByte(s, set string) int {
	if len(set) == 1 {
		return strings.IndexByte(s, set[0])
	}
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// setAdded sorts the added tokens out: those that are not special belong to
// the language of the model and are found in any mode.
func (t *Tokenizer) setAdded(tokens []addedToken) error {
	var plain, all []added
	for _, a := range tokens {
		if a.Content == "" {
			return fmt.Errorf("added_tokens: token %d is empty", a.ID)
		}
		if a.SingleWord || a.Normalized {
			found := fmt.Sprintf("%q with single_word %t and normalized %t", a.Content, a.SingleWord, a.Normalized)
			err := &UnsupportedError{"added_tokens", found, "tokens with both false"}
			if !a.Special {
				return err
			}
			t.asReference = err // matters only to those who ask for it
		}
		all = append(all, added{a.Content, a.ID})
		if !a.Special {
			plain = append(plain, added{a.Content, a.ID})
		}
	}
	t.added = tokens
	t.matchers[AsText], t.matchers[AsReference] = newMatcher(plain), newMatcher(all)
	return nil
}

// WithSpecialTokens returns a tokenizer that differs from t in what special
// tokens inside texts mean. It shares t's tables.
func (t *Tokenizer) WithSpecialTokens(mode SpecialTokens) (*Tokenizer, error) {
	if mode != AsText && mode != AsReference {
		return nil, fmt.Errorf("unknown meaning of special tokens: %d", mode)
	}
	if mode == AsReference && t.asReference != nil {
		return nil, t.asReference
	}
	c := *t
	c.mode = mode
	return &c, nil
}

// content appends the content tokens of a whole text, added tokens included.
func (t *Tokenizer) content(k *sink, s string) {
	m := &t.matchers[t.mode]
	for len(m.tokens) > 0 {
		at, token := m.next(s)
		if at < 0 {
			break
		}
		t.text(k, s[:at])
		k.put(token.id)
		s = s[at+len(token.content):]
	}
	t.text(k, s)
}
