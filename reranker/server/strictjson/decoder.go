// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"errors"
	"io"
	"strings"
)

const (
	// bufferSize is what a Decoder reads ahead. A request of 100 documents is
	// about 60 KB, two or three reads.
	bufferSize = 32 << 10
	// DefaultMaxDepth is deep enough for every known request and shallow
	// enough that recursion costs nothing.
	DefaultMaxDepth = 32
	// maxKeys bounds the table of keys of one object.
	maxKeys = 1024
	// maxKeyCharacters bounds one key.
	maxKeyCharacters = 256
	// maxNumberBytes bounds the literal of one number.
	maxNumberBytes = 512
)

// Kind is the type of a JSON value, named as in error messages.
type Kind string

// Kinds of JSON values.
const (
	Object Kind = "object"
	Array  Kind = "array"
	String Kind = "string"
	Number Kind = "number"
	Bool   Kind = "boolean"
	Null   Kind = "null"
)

// Decoder reads one JSON text from a reader.
type Decoder struct {
	r        io.Reader
	buf      []byte
	pos, end int
	// base is the offset in the text of buf[0].
	base int64
	// mark is the index in buf from which bytes must be kept, -1 for none.
	mark int
	// err is what the reader said last, io.EOF at the end of the text.
	err      error
	begun    bool
	depth    int
	maxDepth int
	pointer  []byte
	scratch  []byte
}

// NewDecoder returns a Decoder that reads from r and refuses nesting deeper
// than maxDepth (DefaultMaxDepth when 0).
func NewDecoder(r io.Reader, maxDepth int) *Decoder {
	if maxDepth <= 0 {
		maxDepth = DefaultMaxDepth
	}
	return &Decoder{r: r, buf: make([]byte, bufferSize), mark: -1, maxDepth: maxDepth}
}

// Offset returns the number of bytes consumed.
func (d *Decoder) Offset() int64 { return d.base + int64(d.pos) }

// Pointer returns the JSON pointer of the value being read.
func (d *Decoder) Pointer() string { return string(d.pointer) }

// Peek returns the kind of the next value without consuming it.
func (d *Decoder) Peek() (Kind, error) {
	c, err := d.next()
	if err != nil {
		return "", err
	}
	d.begun = true
	switch {
	case c == '{':
		return Object, nil
	case c == '[':
		return Array, nil
	case c == '"':
		return String, nil
	case c == 't', c == 'f':
		return Bool, nil
	case c == 'n':
		return Null, nil
	case c == '-', '0' <= c && c <= '9':
		return Number, nil
	}
	return "", d.fail(Syntax, "invalid JSON: unexpected %s where a value begins", describe(c))
}

// End reports an error unless only white space is left.
func (d *Decoder) End() error {
	c, err := d.nextOrEOF()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.fail(Trailing, "unexpected %s after the JSON value", describe(c))
}

// next skips white space and returns the next byte without consuming it.
func (d *Decoder) next() (byte, error) {
	c, err := d.nextOrEOF()
	if errors.Is(err, io.EOF) {
		return 0, d.ended()
	}
	return c, err
}

func (d *Decoder) nextOrEOF() (byte, error) {
	for {
		for d.pos < d.end {
			switch c := d.buf[d.pos]; c {
			case ' ', '\t', '\n', '\r':
				d.pos++
			default:
				return c, nil
			}
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
}

// ended is the error for a text that stops too early.
func (d *Decoder) ended() error {
	if !d.begun {
		return d.fail(Empty, "the body is empty: want a JSON value")
	}
	return d.fail(Truncated, "invalid JSON: the body ends inside a value")
}

// fill reads more bytes behind d.end. It returns io.EOF when there are none.
func (d *Decoder) fill() error {
	if d.err != nil {
		return d.err
	}
	d.compact()
	for range 100 {
		var n int
		n, d.err = d.r.Read(d.buf[d.end:])
		d.end += n
		if n > 0 {
			// An error that came with bytes is reported when they are used up.
			return nil
		}
		if d.err != nil {
			return d.err
		}
	}
	d.err = io.ErrNoProgress
	return d.err
}

// compact makes room behind d.end, keeping everything from the mark or, if
// there is none, from the position.
func (d *Decoder) compact() {
	from := d.pos
	if d.mark >= 0 {
		from = d.mark
	}
	copy(d.buf, d.buf[from:d.end])
	d.base += int64(from)
	d.pos -= from
	d.end -= from
	if d.mark >= 0 {
		d.mark = 0
	}
	if d.end == len(d.buf) {
		d.buf = append(d.buf, make([]byte, len(d.buf))...)
	}
}

// need makes at least n bytes available at the position, fewer only at the
// end of the text.
func (d *Decoder) need(n int) error {
	for d.end-d.pos < n {
		if err := d.fill(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// push appends one token to the pointer and returns the length to restore.
func (d *Decoder) push(token string) int {
	n := len(d.pointer)
	d.pointer = append(d.pointer, '/')
	if strings.ContainsAny(token, "~/") {
		token = strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
	}
	d.pointer = append(d.pointer, token...)
	return n
}

// describe names a byte for an error message.
func describe(c byte) string {
	if c > ' ' && c < 0x7F {
		return "'" + string(rune(c)) + "'"
	}
	const hex = "0123456789abcdef"
	return "byte 0x" + string([]byte{hex[c>>4], hex[c&15]})
}
