// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// The twin of test/parity/lines.py: the same seed makes the same lines.
var (
	linePunctuation = []string{"", "", "", "", ".", ",", "?", "!", ";", ":", "'s", "-", "...", ")", "\"", "\n"}
	lineBlocks      = []span{
		{0x20, 0x7E},
		{0xA0, 0x24F},
		{0x250, 0x36F},
		{0x370, 0x52F},
		{0x590, 0x6FF},
		{0x900, 0x97F},
		{0xE00, 0xE7F},
		{0xF00, 0xFFF},
		{0x1000, 0x1FFF},
		{0x1E00, 0x20CF},
		{0x2000, 0x206F},
		{0x2100, 0x27BF},
		{0x2C00, 0x2DFF},
		{0x3000, 0x30FF},
		{0x3400, 0x4DBF},
		{0x4E00, 0x9FFF},
		{0xA000, 0xABFF},
		{0xAC00, 0xD7FF},
		{0xE000, 0xE0FF},
		{0xF900, 0xFAFF},
		{0xFB00, 0xFDFF},
		{0xFE00, 0xFFFF},
		{0x10000, 0x1FFFF},
		{0x1D100, 0x1D1FF},
		{0x1D400, 0x1D7FF},
		{0x1F300, 0x1FAFF},
		{0x20000, 0x2A6DF},
		{0x2B800, 0x2FFFF},
		{0xE0000, 0xE01FF},
		{0x0, 0x1F},
	}
	lineMarks = []span{
		{0x300, 0x36F},
		{0x483, 0x489},
		{0x591, 0x5C7},
		{0x1AB0, 0x1AFF},
		{0x1DC0, 0x1DFF},
		{0x20D0, 0x20FF},
		{0x302A, 0x302F},
		{0x3099, 0x309A},
		{0x16FF0, 0x16FF1},
		{0x1D165, 0x1D172},
		{0x1E8D0, 0x1E8D6},
	}
	lineASCII, lineAny, lineLetters = span{0, 0x7F}, span{0, 0x10FFFF}, span{'a', 'z'}
)

// splitMix is the random generator SplitMix64.
type splitMix uint64

func (r *splitMix) below(n int) int {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}

func choose[T any](r *splitMix, items []T) T { return items[r.below(len(items))] }

// liner makes lines from a vocabulary, hand-made texts and names of special
// tokens.
type liner struct {
	vocab, hand, special []string
	seed                 uint64
}

func (l *liner) line(i int) string {
	r := splitMix(l.seed*1_000_003 + uint64(i))
	kind := r.below(10)
	most := 24
	if kind == 7 || kind == 8 {
		most = 3
	}
	var b strings.Builder
	for range 1 + r.below(most) {
		l.item(&b, &r, kind)
	}
	return b.String()
}

func char(b *strings.Builder, r *splitMix, s span) {
	if c := s.lo + rune(r.below(int(s.hi-s.lo)+1)); c < 0xD800 || c > 0xDFFF {
		b.WriteRune(c)
	}
}

func maybeSpace(b *strings.Builder, r *splitMix) {
	if r.below(2) != 0 {
		b.WriteByte(' ')
	}
}

func upperASCII(c rune) rune {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func (l *liner) word(b *strings.Builder, r *splitMix) {
	w := choose(r, l.vocab)
	switch r.below(8) {
	case 0:
		if w[0] < utf8.RuneSelf {
			w = string(upperASCII(rune(w[0]))) + w[1:]
		}
	case 1:
		w = strings.Map(upperASCII, w)
	}
	b.WriteString(w)
	b.WriteString(choose(r, linePunctuation))
}

func (l *liner) item(b *strings.Builder, r *splitMix, kind int) {
	switch kind {
	case 0:
		l.word(b, r)
		b.WriteByte(' ')
	case 1:
		b.WriteString(choose(r, l.vocab))
		maybeSpace(b, r)
	case 2:
		s := choose(r, lineBlocks)
		for range 1 + r.below(8) {
			char(b, r, s)
		}
		maybeSpace(b, r)
	case 3:
		l.item(b, r, r.below(3))
	case 4:
		for range 1 + r.below(12) {
			char(b, r, lineASCII)
		}
	case 5:
		for range 1 + r.below(8) {
			char(b, r, lineAny)
		}
	case 6:
		char(b, r, lineLetters)
		for range r.below(5) {
			char(b, r, choose(r, lineMarks))
		}
	case 7:
		s := choose(r, lineBlocks)
		for range 60 + r.below(60) {
			if r.below(8) != 0 {
				char(b, r, lineLetters)
			} else {
				char(b, r, s)
			}
		}
		b.WriteByte(' ')
	case 8:
		h := []rune(choose(r, l.hand))
		at := r.below(len(h) + 1)
		b.WriteString(string(h[:at]))
		char(b, r, choose(r, lineBlocks))
		b.WriteString(string(h[at:]))
		b.WriteByte(' ')
	default:
		b.WriteString(choose(r, l.special))
		maybeSpace(b, r)
		l.word(b, r)
	}
}

// vocabularyWords is the vocabulary of a tokenizer.json as words, by id.
func vocabularyWords(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(modeltest.Dir(t), "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Model struct {
			Vocab map[string]int `json:"vocab"`
		} `json:"model"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	var all []string
	for token := range f.Model.Vocab {
		all = append(all, token)
	}
	sort.Slice(all, func(i, j int) bool { return f.Model.Vocab[all[i]] < f.Model.Vocab[all[j]] })
	words := all[:0]
	for _, token := range all {
		switch {
		case len(token) > 2 && token[0] == '[' && token[len(token)-1] == ']':
		case len(token) > 2 && strings.HasPrefix(token, "##"):
			words = append(words, token[2:])
		default:
			words = append(words, token)
		}
	}
	return words
}
