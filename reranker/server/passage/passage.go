// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package passage cuts texts that are longer than a model reads into passages
// that it reads whole. It cuts between words; within one only where a single
// word is too long, as in languages that write without spaces.
package passage

import (
	"context"
	"unicode"
	"unicode/utf8"
)

// Counter returns the number of tokens of a text, without those that frame
// it. The tokens of two words with a space between must be those of each.
type Counter func(text string) int

// Rules say how to cut.
type Rules struct {
	// Tokens is the most that a passage may have, at least 1.
	Tokens int
	// Passages is the most that a text is cut into, at least 1.
	Passages int
	// Overlap is how many tokens of a passage the next one repeats, as far as
	// whole words allow. It must be less than Tokens.
	Overlap int
	// Total is the most of a text that is used at all; 0 for no such bound.
	Total int
}

// Span is a passage: bytes Start to End of the text.
type Span struct{ Start, End int }

// Cut returns the passages of text, the first one at its beginning, and
// whether they hold all of it. A text that fits is one passage, unchanged. It
// fails only when ctx ends.
func Cut(ctx context.Context, text string, count Counter, r Rules) (spans []Span, whole bool, err error) {
	c := cutter{text: text, count: count, rules: r, left: r.Total}
	if r.Total == 0 {
		c.left = len(text) // a token has a byte at least
	}
	spans, whole = c.cut(ctx)
	return spans, whole, ctx.Err()
}

type cutter struct {
	text  string
	count Counter
	rules Rules
	// left is what remains of Total, at the position at.
	left, at int
}

// word is a piece of the text that is not cut.
type word struct {
	Span
	tokens int
}

// cut returns anything once ctx has ended.
func (c *cutter) cut(ctx context.Context) (spans []Span, whole bool) {
	var (
		current []word
		tokens  int
		fresh   bool // current has a word that no passage has
	)
	add := func() {
		spans = append(spans, Span{current[0].Start, current[len(current)-1].End})
		fresh = false
	}
	for ctx.Err() == nil {
		w, ok := c.next()
		if !ok {
			break
		}
		for tokens+w.tokens > c.rules.Tokens && len(current) > 0 {
			if fresh {
				if add(); len(spans) == c.rules.Passages {
					return stretch(spans), false
				}
			}
			current, tokens = repeat(current, tokens, min(c.rules.Overlap, c.rules.Tokens-w.tokens))
		}
		current, tokens, fresh = append(current, w), tokens+w.tokens, true
	}
	if fresh {
		add()
	}
	if len(spans) == 0 {
		return []Span{{0, len(c.text)}}, true // nothing but space
	}
	whole = c.end() == len(c.text)
	if whole && len(spans) == 1 {
		spans[0].End = len(c.text)
	}
	return stretch(spans), whole
}

// stretch begins the first passage with the text, space included, so that a
// text that is not cut stays what it is.
func stretch(spans []Span) []Span {
	spans[0].Start = 0
	return spans
}

// repeat keeps the last words that have no more than so many tokens. It drops
// one at least.
func repeat(words []word, tokens, overlap int) (kept []word, have int) {
	for len(words) > 0 {
		tokens -= words[0].tokens
		if words = words[1:]; tokens <= overlap {
			break
		}
	}
	return words, tokens
}

// next returns the next word with tokens, of those that Total allows.
func (c *cutter) next() (word, bool) {
	for {
		start := c.end()
		if start == len(c.text) || c.left <= 0 {
			c.at = start
			return word{}, false
		}
		most := min(c.rules.Tokens, c.left)
		end := start
		for end < len(c.text) && end-start <= longest*most {
			r, size := utf8.DecodeRuneInString(c.text[end:])
			if space(r) {
				break
			}
			end += size
		}
		w := c.fit(Span{start, end}, most)
		if w.tokens > most {
			c.at = start // not even its first character fits into what is left
			c.left = 0
			return word{}, false
		}
		c.at = w.End
		c.left -= w.tokens
		if w.tokens > 0 {
			return w, true
		}
	}
}

// end returns the position of the next character that is not space.
func (c *cutter) end() int {
	at := c.at
	for at < len(c.text) {
		r, size := utf8.DecodeRuneInString(c.text[at:])
		if !space(r) {
			break
		}
		at += size
	}
	return at
}

// fit returns the longest beginning of a word that has at most so many tokens,
// but at least one character of it.
func (c *cutter) fit(s Span, most int) word {
	// What is longer than the last of these never fits, save one unknown word of any
	// length, which may as well be cut: it means nothing to the model.
	whole, n := s, 0
	for _, perToken := range []int{4, longest} {
		if s = c.window(whole, perToken*most); s == whole || perToken == longest {
			break
		}
		if n = c.count(c.text[s.Start:s.End]); n > most {
			break
		}
	}
	if n <= most {
		if n = c.count(c.text[s.Start:s.End]); n <= most {
			return word{s, n}
		}
	}
	_, low := utf8.DecodeRuneInString(c.text[s.Start:])
	lowTokens, high, highTokens := 0, s.End-s.Start, n // high has more than most
	for try := 0; ; try++ {
		middle := (low + high) / 2
		if try%2 == 0 { // tokens are about equally long
			middle = low + (high-low)*(most-lowTokens)/(highTokens-lowTokens)
		}
		middle = min(max(middle, low), high-1)
		for middle > low && !utf8.RuneStart(c.text[s.Start+middle]) {
			middle--
		}
		if middle == low {
			if _, size := utf8.DecodeRuneInString(c.text[s.Start+low:]); low+size < high {
				middle = low + size
			} else {
				end := s.Start + low
				return word{Span{s.Start, end}, c.count(c.text[s.Start:end])}
			}
		}
		switch n := c.count(c.text[s.Start : s.Start+middle]); {
		case n == most:
			return word{Span{s.Start, s.Start + middle}, n}
		case n < most:
			low, lowTokens = middle, n
		default:
			high, highTokens = middle, n
		}
	}
}

// window is the beginning of a word of at most so many bytes.
func (c *cutter) window(s Span, bytes int) Span {
	if end := s.Start + bytes; end < s.End {
		for end > s.Start && !utf8.RuneStart(c.text[end]) {
			end--
		}
		if end > s.Start { // else not one character begins there: invalid UTF-8
			s.End = end
		}
	}
	return s
}

// longest is how many bytes a token of a long word may have.
const longest = 32

// space reports what the tokenizers of BERT's family take for space between
// words. Other control characters join words there.
func space(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || (r > unicode.MaxASCII && unicode.Is(unicode.Zs, r))
}
