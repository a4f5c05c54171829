// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package prior

import (
	"unicode"
	"unicode/utf8"
)

// words calls found with a hash of each word of text: a run of letters and
// digits in lower case without an English plural's ending, or a single
// character of a script that is written without spaces. The hash is 64-bit
// FNV-1a; a collision costs a little order and nothing else.
func words(text string, found func(uint64)) {
	var word []byte
	flush := func() {
		if len(word) > 0 {
			found(hash(singular(word)))
			word = word[:0]
		}
	}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf { // most bytes of most texts
			if l := lower[c]; l != 0 {
				word = append(word, l)
			} else {
				flush()
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		switch {
		case symbol(r):
			flush()
		case spaceless(r):
			flush()
			word = utf8.AppendRune(word, r)
			flush()
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			word = utf8.AppendRune(word, unicode.ToLower(r))
		default:
			flush()
		}
	}
	flush()
}

// spaceless says that a script has no spaces between words: Thai, the Japanese
// syllables and Han. Blocks do for a guess, and cost a tenth of Unicode's
// tables.
func spaceless(r rune) bool {
	return r >= 0x0e00 && r <= 0x0e7f || r >= 0x3040 && r <= 0x30ff ||
		r >= 0x3400 && r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff ||
		r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff
}

// symbol spares the pictographs the search in the tables.
func symbol(r rune) bool { return r >= 0x1f000 && r <= 0x1ffff || r == utf8.RuneError }

// lower maps the ASCII letters and digits to lower case and the rest to 0.
var lower = func() (table [utf8.RuneSelf]byte) {
	for c := range table {
		if r := rune(c); unicode.IsLetter(r) || unicode.IsDigit(r) {
			table[c] = byte(unicode.ToLower(r))
		}
	}
	return table
}()

// singular takes the ending off what looks like an English plural.
func singular(w []byte) []byte {
	n := len(w)
	if n < 4 || w[n-1] != 's' || w[n-2] == 's' || w[n-2] == 'u' || w[n-2] == 'i' {
		return w
	}
	return w[:n-1]
}

func hash(w []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range w {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
