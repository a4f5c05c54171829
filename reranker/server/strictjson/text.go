// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a string of which only the beginning may have been kept.
type Text struct {
	// Value is the string, cut after the number of characters that the caller
	// asked to keep.
	Value string
	// Characters counts the Unicode code points of the whole string.
	Characters int
}

// Cut reports whether Value is less than the whole string.
func (t Text) Cut() bool { return t.Characters > utf8.RuneCountInString(t.Value) }

// ReadString reads a string of any length.
func (d *Decoder) ReadString() (string, error) {
	t, err := d.ReadText(-1)
	return t.Value, err
}

// ReadText reads a string and keeps its first keep characters, all of them
// when keep is negative.
func (d *Decoder) ReadText(keep int) (Text, error) {
	kind, err := d.Peek()
	if err != nil {
		return Text{}, err
	}
	if kind != String {
		return Text{}, d.Mismatch(string(String), string(kind))
	}
	d.pos++
	t := textReader{d: d, keep: keep, out: d.scratch[:0]}
	err = t.read()
	d.scratch = t.out
	return Text{Value: string(t.out), Characters: t.characters}, err
}

// textReader is the state of one ReadText.
type textReader struct {
	d          *Decoder
	keep       int
	out        []byte
	characters int
}

func (t *textReader) read() error {
	d := t.d
	for {
		t.plain()
		if d.pos == d.end {
			if err := d.more(); err != nil {
				return err
			}
			continue
		}
		var err error
		switch c := d.buf[d.pos]; {
		case c == '"':
			d.pos++
			return nil
		case c == '\\':
			err = t.escape()
		case c < ' ':
			err = d.fail(Syntax, "invalid JSON: control character 0x%02x in a string", c)
		default:
			err = t.multibyte()
		}
		if err != nil {
			return err
		}
	}
}

// plain consumes the longest run of ASCII that stands for itself.
func (t *textReader) plain() {
	d := t.d
	start := d.pos
	for d.pos < d.end {
		if c := d.buf[d.pos]; c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			break
		}
		d.pos++
	}
	run := d.buf[start:d.pos]
	if t.keep >= 0 {
		run = run[:max(0, min(len(run), t.keep-t.characters))]
	}
	t.out = append(t.out, run...)
	t.characters += d.pos - start
}

// multibyte consumes one character outside ASCII.
func (t *textReader) multibyte() error {
	d := t.d
	if !utf8.FullRune(d.buf[d.pos:d.end]) {
		if err := d.need(utf8.UTFMax); err != nil {
			return err
		}
	}
	r, size := utf8.DecodeRune(d.buf[d.pos:d.end])
	if r == utf8.RuneError && size <= 1 {
		return d.fail(InvalidUTF8, "invalid UTF-8 in a string")
	}
	d.pos += size
	t.add(r)
	return nil
}

// add counts one character and keeps it if there is room.
func (t *textReader) add(r rune) {
	if t.keep < 0 || t.characters < t.keep {
		t.out = utf8.AppendRune(t.out, r)
	}
	t.characters++
}

// escape consumes a backslash and what follows it.
func (t *textReader) escape() error {
	d := t.d
	if err := d.need(2); err != nil {
		return err
	}
	if d.end-d.pos < 2 {
		return d.ended()
	}
	c := d.buf[d.pos+1]
	if c == 'u' {
		return t.unicodeEscape()
	}
	r := simpleEscape(c)
	if r == 0 {
		return d.fail(Syntax, "invalid JSON: unknown escape in a string")
	}
	d.pos += 2
	t.add(r)
	return nil
}

// simpleEscape returns the character that a backslash before c stands for, 0
// if there is none.
func simpleEscape(c byte) rune {
	switch c {
	case '"', '\\', '/':
		return rune(c)
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// unicodeEscape consumes \uXXXX, or two of them that make one character.
func (t *textReader) unicodeEscape() error {
	d := t.d
	r, err := d.hex4()
	if err != nil {
		return err
	}
	if !utf16.IsSurrogate(r) {
		t.add(r)
		return nil
	}
	if err := d.need(2); err != nil {
		return err
	}
	if d.end-d.pos < 2 || d.buf[d.pos] != '\\' || d.buf[d.pos+1] != 'u' {
		return d.fail(InvalidUTF8, "unpaired surrogate in a string")
	}
	low, err := d.hex4()
	if err != nil {
		return err
	}
	pair := utf16.DecodeRune(r, low)
	if pair == utf8.RuneError {
		return d.fail(InvalidUTF8, "unpaired surrogate in a string")
	}
	t.add(pair)
	return nil
}

// hex4 consumes \u and four hexadecimal digits.
func (d *Decoder) hex4() (rune, error) {
	const size = len(`\uXXXX`)
	if err := d.need(size); err != nil {
		return 0, err
	}
	if d.end-d.pos < size {
		return 0, d.ended()
	}
	var r rune
	for _, c := range d.buf[d.pos+2 : d.pos+size] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, d.fail(Syntax, "invalid JSON: want four hexadecimal digits after \\u")
		}
	}
	d.pos += size
	return r, nil
}

// more reads on inside a string, where the end of the text is an error.
func (d *Decoder) more() error {
	if err := d.fill(); errors.Is(err, io.EOF) {
		return d.ended()
	} else if err != nil {
		return err
	}
	return nil
}
