// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"errors"
	"io"
	"math"
	"strconv"
)

// ReadObject reads an object and calls value for each key, positioned at the
// key's value, which value must read or skip.
func (d *Decoder) ReadObject(value func(key string) error) error {
	if err := d.open(Object); err != nil {
		return err
	}
	seen := make(map[string]struct{})
	for first := true; ; first = false {
		c, err := d.next()
		if err != nil {
			return err
		}
		if c == '}' && first {
			d.pos++
			break
		}
		if c != '"' {
			return d.fail(Syntax, "invalid JSON: unexpected %s where a key begins", describe(c))
		}
		if err := d.member(seen, value); err != nil {
			return err
		}
		more, err := d.separator('}')
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	d.depth--
	return nil
}

// member reads one key, its colon and, through value, its value.
func (d *Decoder) member(seen map[string]struct{}, value func(key string) error) error {
	key, err := d.key()
	if err != nil {
		return err
	}
	if _, dup := seen[key]; dup {
		return d.fail(DuplicateKey, "duplicate key %q", key)
	}
	if len(seen) == maxKeys {
		return d.fail(TooComplex, "an object has more than %d keys", maxKeys)
	}
	seen[key] = struct{}{}
	c, err := d.next()
	if err != nil {
		return err
	}
	if c != ':' {
		return d.fail(Syntax, "invalid JSON: unexpected %s after a key, want ':'", describe(c))
	}
	d.pos++
	n := d.push(key)
	if err := value(key); err != nil {
		return err
	}
	d.pointer = d.pointer[:n]
	return nil
}

func (d *Decoder) key() (string, error) {
	t, err := d.ReadText(maxKeyCharacters)
	if err != nil {
		return "", err
	}
	if t.Characters > maxKeyCharacters {
		return "", d.fail(TooComplex, "a key is longer than %d characters", maxKeyCharacters)
	}
	return t.Value, nil
}

// ReadArray reads an array and calls element for each of its values,
// positioned at the value, which element must read or skip.
func (d *Decoder) ReadArray(element func(index int) error) error {
	if err := d.open(Array); err != nil {
		return err
	}
	if c, err := d.next(); err != nil {
		return err
	} else if c == ']' {
		d.pos++
		d.depth--
		return nil
	}
	for index := 0; ; index++ {
		n := d.push(strconv.Itoa(index))
		if err := element(index); err != nil {
			return err
		}
		d.pointer = d.pointer[:n]
		more, err := d.separator(']')
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	d.depth--
	return nil
}

// open consumes the bracket that begins a container.
func (d *Decoder) open(want Kind) error {
	got, err := d.Peek()
	if err != nil {
		return err
	}
	if got != want {
		return d.Mismatch(string(want), string(got))
	}
	if d.depth == d.maxDepth {
		return d.fail(TooDeep, "nested deeper than %d levels", d.maxDepth)
	}
	d.depth++
	d.pos++
	return nil
}

// separator consumes a comma (more is true) or the closing bracket.
func (d *Decoder) separator(closing byte) (more bool, err error) {
	c, err := d.next()
	if err != nil {
		return false, err
	}
	if c != ',' && c != closing {
		return false, d.fail(Syntax, "invalid JSON: unexpected %s, want ',' or '%c'", describe(c), closing)
	}
	d.pos++
	return c == ',', nil
}

// ReadBool reads true or false.
func (d *Decoder) ReadBool() (bool, error) {
	kind, err := d.Peek()
	if err != nil {
		return false, err
	}
	if kind != Bool {
		return false, d.Mismatch(string(Bool), string(kind))
	}
	if d.buf[d.pos] == 't' {
		return true, d.literal("true")
	}
	return false, d.literal("false")
}

// ReadNull consumes a null if the next value is one.
func (d *Decoder) ReadNull() (bool, error) {
	kind, err := d.Peek()
	if err != nil || kind != Null {
		return false, err
	}
	return true, d.literal("null")
}

func (d *Decoder) literal(word string) error {
	if err := d.need(len(word)); err != nil {
		return err
	}
	if got := d.buf[d.pos:d.end]; len(got) < len(word) || string(got[:len(word)]) != word {
		return d.fail(Syntax, "invalid JSON: want the literal %s", word)
	}
	d.pos += len(word)
	return nil
}

// ReadInt reads an integer. A literal with a fraction or an exponent is not
// one. A value beyond int64 becomes the nearest int64, so that a limit can
// refuse it by name.
func (d *Decoder) ReadInt() (int64, error) {
	literal, integer, err := d.number("integer")
	if err != nil {
		return 0, err
	}
	if !integer {
		return 0, d.Mismatch("integer", "number with a fraction or exponent")
	}
	n, err := strconv.ParseInt(literal, 10, 64)
	if errors.Is(err, strconv.ErrRange) && literal[0] == '-' {
		return math.MinInt64, nil
	}
	if errors.Is(err, strconv.ErrRange) {
		return math.MaxInt64, nil
	}
	return n, err
}

// ReadFloat reads a number that float64 can hold.
func (d *Decoder) ReadFloat() (float64, error) {
	literal, _, err := d.number(string(Number))
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return 0, d.Mismatch("number within the range of float64", "larger number")
	}
	return f, nil
}

// Skip reads any value and forgets it, with the same checks as for values
// that are kept.
func (d *Decoder) Skip() error {
	kind, err := d.Peek()
	if err != nil {
		return err
	}
	switch kind {
	case Object:
		return d.ReadObject(func(string) error { return d.Skip() })
	case Array:
		return d.ReadArray(func(int) error { return d.Skip() })
	case String:
		_, err = d.ReadText(0)
	case Number:
		_, _, err = d.number(string(Number))
	case Bool:
		_, err = d.ReadBool()
	case Null:
		_, err = d.ReadNull()
	}
	return err
}

// ReadRaw reads any value and returns a copy of its bytes, or nil if they are
// more than maxBytes.
func (d *Decoder) ReadRaw(maxBytes int) ([]byte, error) {
	if _, err := d.Peek(); err != nil {
		return nil, err
	}
	d.mark = d.pos
	defer func() { d.mark = -1 }()
	if err := d.skipBounded(maxBytes); err != nil {
		return nil, err
	}
	if d.mark < 0 || d.pos-d.mark > maxBytes {
		return nil, nil
	}
	return append([]byte(nil), d.buf[d.mark:d.pos]...), nil
}

// skipBounded is Skip for a marked value: it gives the mark up, and with it
// the bytes kept so far, as soon as the value outgrows maxBytes.
func (d *Decoder) skipBounded(maxBytes int) error {
	r := d.r
	d.r = readerFunc(func(p []byte) (int, error) {
		if d.mark >= 0 && d.end-d.mark > maxBytes {
			d.mark = -1
		}
		return r.Read(p)
	})
	defer func() { d.r = r }()
	return d.Skip()
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

var _ io.Reader = readerFunc(nil)
