// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"fmt"
	"os"
	"slices"
	"unicode/utf8"
)

// Tokenizer is a WordPiece tokenizer. Make one with Load or Parse.
type Tokenizer struct {
	trie        *trie
	continuing  int32 // the trie's node below which a word goes on
	unk         int32
	maxChars    int
	frame       frame
	chars       *charTable
	ascii       [256]byte // the normalized form of an ASCII word character, else 0
	ends        [256]bool // ASCII characters that end a word
	special     []int32   // sorted
	vocabSize   int
	normalizer  normalizer
	added       []addedToken
	matchers    [2]matcher // by mode
	mode        SpecialTokens
	asReference error // why that mode is not to be had
}

// maxFileBytes bounds tokenizer.json; the largest vocabularies of the family
// take 10 MB.
const maxFileBytes = 64 << 20

// Load reads a tokenizer.json.
func Load(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer: %w", err)
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("tokenizer %s: %d bytes, more than %d", path, info.Size(), maxFileBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read tokenizer: %w", err)
	}
	t, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", path, err)
	}
	return t, nil
}

// Parse makes a tokenizer from the content of a tokenizer.json.
func Parse(data []byte) (*Tokenizer, error) {
	var f file
	if err := strict("tokenizer.json", data, &f); err != nil {
		return nil, err
	}
	n, err := parseNormalizer(f.Normalizer)
	if err != nil {
		return nil, err
	}
	if err := checkPreTokenizer(f.PreTokenizer); err != nil {
		return nil, err
	}
	if err := checkDecoder(f.Decoder); err != nil {
		return nil, err
	}
	fr, err := parsePostProcessor(f.PostProcessor)
	if err != nil {
		return nil, err
	}
	m, err := parseModel(f.Model)
	if err != nil {
		return nil, err
	}
	unk, ok := m.Vocab.id(m.UnkToken)
	if !ok {
		return nil, fmt.Errorf("model: unk_token %q is not in the vocabulary", m.UnkToken)
	}
	t := &Tokenizer{unk: unk, maxChars: *m.MaxChars, frame: *fr}
	if err := t.setVocabulary(m.Vocab, f.AddedTokens); err != nil {
		return nil, err
	}
	t.continuing = t.trie.walk(m.Prefix)
	t.setCharacters(n)
	return t, nil
}

func (t *Tokenizer) setCharacters(n normalizer) {
	t.chars, t.normalizer = charTableOf(n), n
	for c := range rune(utf8.RuneSelf) {
		switch a := t.chars.at(c); {
		case a == keep:
			t.ascii[c] = byte(c)
		case a == space, a == isolate:
			t.ends[c] = true
		case a >= mapped:
			if m := t.chars.mappings[a-mapped]; len(m.symbols) == 1 && !m.alone && m.symbols[0].act == keep && m.symbols[0].char < utf8.RuneSelf {
				t.ascii[c] = byte(m.symbols[0].char)
			}
		}
	}
}

// VocabSize is one more than the largest id.
func (t *Tokenizer) VocabSize() int { return t.vocabSize }

// Normalizer is what the tokenizer does to characters before it looks for words.
type Normalizer struct{ Lowercase, StripAccents, ChineseChars bool }

// Normalizer returns how texts are normalized.
func (t *Tokenizer) Normalizer() Normalizer {
	n := &t.normalizer
	return Normalizer{Lowercase: n.lower, StripAccents: n.strip, ChineseChars: n.chinese}
}

// IsSpecial reports whether id is a special token such as [CLS] or [PAD].
func (t *Tokenizer) IsSpecial(id int32) bool {
	_, ok := slices.BinarySearch(t.special, id)
	return ok
}

// Encode appends the ids of text between the model's special tokens,
// [CLS] ... [SEP], to dst: at most maxTokens of them, special ones included
// (no limit if maxTokens <= 0). What does not fit is cut from the end of the
// text. total is the number of ids that the whole text would have had; it is
// larger than the number appended exactly when text was cut.
func (t *Tokenizer) Encode(dst []int32, text string, maxTokens int) (ids []int32, total int) {
	f := &t.frame
	frame := len(f.before) + len(f.after)
	start := len(dst)
	k := sink{dst: append(dst, f.before...), limit: noLimit}
	if maxTokens = bound(maxTokens); maxTokens > 0 {
		k.limit = start + max(len(f.before), maxTokens-len(f.after))
	}
	t.content(&k, text)
	k.dst = append(k.dst, f.after...)
	ids = k.dst
	if maxTokens > 0 && len(ids)-start > maxTokens {
		ids = ids[:start+maxTokens] // a limit below the frame itself
	}
	return ids, k.count + frame
}

const noLimit = int(^uint(0) >> 1)

// bound takes limits that no slice can reach for none, so that sums of them
// don't overflow.
func bound(maxTokens int) int {
	if maxTokens > 1<<30 {
		return 0
	}
	return maxTokens
}
