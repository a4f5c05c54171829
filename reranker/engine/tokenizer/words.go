// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"unicode/utf8"
)

// sink takes the ids of content tokens: it counts them all and keeps those
// that fit.
type sink struct {
	dst   []int32
	limit int // of len(dst)
	count int
}

func (k *sink) put(id int32) {
	k.count++
	if len(k.dst) < k.limit {
		k.dst = append(k.dst, id)
	}
}

// word is the normalized word being gathered. Characters beyond the longest
// word that the vocabulary is asked for are counted, not kept: such a word is
// the unknown token whatever they are. The array, instead of a slice, keeps
// the word on the stack.
type word struct {
	bytes [maxCharsLimit * utf8.UTFMax]byte
	n     int // bytes in use
	chars int
	run   int // where the combining marks at the end begin
}

func (w *word) clear() { w.n, w.chars, w.run = 0, 0, 0 }

func (w *word) append(r rune) { w.n += utf8.EncodeRune(w.bytes[w.n:], r) }

// text appends the content tokens of s.
func (t *Tokenizer) text(k *sink, s string) {
	var w word
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case t.ascii[c] != 0:
			n, id := t.asciiWord(s[i:], w.chars == 0)
			if id != noToken {
				k.put(id)
			} else {
				t.addASCII(&w, s[i:i+n])
			}
			i += n
		case c < utf8.RuneSelf:
			t.add(k, &w, rune(c))
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			t.add(k, &w, r)
			i += n
		}
	}
	t.flush(k, &w)
}

// asciiWord returns the length of the run of ASCII word characters that s
// begins with and, if whole is set and the run is a complete word and a token
// by itself, that token: most words of an English text end here.
func (t *Tokenizer) asciiWord(s string, whole bool) (n int, id int32) {
	cells, node, base := t.trie.cells, root, t.trie.cells[root].base
	for n < len(s) {
		c := t.ascii[s[n]]
		if c == 0 {
			break
		}
		n++
		next := base + int32(c)
		e := &cells[next]
		if e.parent != node {
			for n < len(s) && t.ascii[s[n]] != 0 {
				n++
			}
			return n, noToken
		}
		node, base = next, e.base
	}
	if !whole || n > t.maxChars || n < len(s) && !t.ends[s[n]] {
		return n, noToken
	}
	return n, cells[node].id
}

func (t *Tokenizer) addASCII(w *word, s string) {
	keep := min(len(s), max(0, t.maxChars-w.chars))
	for i := range keep {
		w.bytes[w.n] = t.ascii[s[i]]
		w.n++
	}
	w.chars += len(s)
	w.run = w.n
}

// add takes one code point of the text through the normalizer and the
// pre-tokenizer.
func (t *Tokenizer) add(k *sink, w *word, r rune) {
	switch a := t.chars.at(r); a {
	case keep:
		t.push(w, r)
	case drop:
	case dropStarter:
		w.run = w.n
	case space:
		t.flush(k, w)
	case isolate:
		t.alone(k, w, r)
	case hangul:
		lead, vowel, trail := jamo(r)
		t.push(w, lead)
		t.push(w, vowel)
		if trail != 0 {
			t.push(w, trail)
		}
	default:
		t.addMapped(k, w, &t.chars.mappings[a-mapped])
	}
}

func (t *Tokenizer) addMapped(k *sink, w *word, m *mapping) {
	if m.alone {
		t.flush(k, w)
	}
	for _, s := range m.symbols {
		switch s.act {
		case keep:
			if s.class != 0 {
				t.pushMark(w, s.char, s.class)
			} else {
				t.push(w, s.char)
			}
		case dropStarter:
			w.run = w.n
		case space:
			t.flush(k, w)
		case isolate:
			t.alone(k, w, s.char)
		}
	}
	if m.alone {
		t.flush(k, w)
	}
}

func (t *Tokenizer) alone(k *sink, w *word, r rune) {
	t.flush(k, w)
	t.push(w, r)
	t.flush(k, w)
}

func (t *Tokenizer) push(w *word, r rune) {
	w.chars++
	if w.chars <= t.maxChars {
		w.append(r)
	}
	w.run = w.n
}

// pushMark adds a combining mark that the normalizer leaves in place, behind
// the marks of a class not above its own: canonical order, as an insertion
// sort over a handful of characters.
func (t *Tokenizer) pushMark(w *word, r rune, class uint8) {
	w.chars++
	if w.chars > t.maxChars {
		return
	}
	at := w.n
	for at > w.run {
		before, n := utf8.DecodeLastRune(w.bytes[:at])
		if t.chars.classOf(before) <= class {
			break
		}
		at -= n
	}
	end := w.n
	w.append(r)
	copy(w.bytes[at+w.n-end:], w.bytes[at:end])
	utf8.EncodeRune(w.bytes[at:], r)
}

// flush ends the word: its pieces go to the sink, the longest first from the
// left, or the unknown token if some rest of it has none.
func (t *Tokenizer) flush(k *sink, w *word) {
	if w.chars == 0 {
		w.clear()
		return
	}
	length, count := len(k.dst), k.count
	from, rest := root, w.bytes[:w.n]
	if w.chars > t.maxChars {
		from = noNode
	}
	for len(rest) > 0 {
		id, n := noToken, 0
		if from != noNode {
			id, n = t.trie.longest(from, rest)
		}
		if id == noToken {
			k.dst, k.count = k.dst[:length], count
			k.put(t.unk)
			break
		}
		k.put(id)
		rest, from = rest[n:], t.continuing
	}
	w.clear()
}
