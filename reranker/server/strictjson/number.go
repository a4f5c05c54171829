// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"errors"
	"io"
)

// number consumes a number and returns its literal, and whether it is written
// as an integer. want names what the caller asked for.
func (d *Decoder) number(want string) (literal string, integer bool, err error) {
	kind, err := d.Peek()
	if err != nil {
		return "", false, err
	}
	if kind != Number {
		return "", false, d.Mismatch(want, string(kind))
	}
	d.scratch = d.scratch[:0]
	for {
		c, err := d.byteInNumber()
		if err != nil {
			return "", false, err
		}
		if c == 0 {
			break
		}
		if len(d.scratch) == maxNumberBytes {
			return "", false, d.fail(TooComplex, "a number is longer than %d bytes", maxNumberBytes)
		}
		d.scratch = append(d.scratch, c)
		d.pos++
	}
	integer, ok := numberForm(d.scratch)
	if !ok {
		return "", false, d.fail(Syntax, "invalid JSON: malformed number")
	}
	return string(d.scratch), integer, nil
}

// byteInNumber returns the next byte if it can belong to a number, else 0.
func (d *Decoder) byteInNumber() (byte, error) {
	if d.pos == d.end {
		if err := d.fill(); errors.Is(err, io.EOF) {
			return 0, nil
		} else if err != nil {
			return 0, err
		}
	}
	switch c := d.buf[d.pos]; c {
	case '+', '-', '.', 'e', 'E', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return c, nil
	}
	return 0, nil
}

// numberForm checks b against the grammar of RFC 8259, section 6.
func numberForm(b []byte) (integer, ok bool) {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	whole, b := digits(b)
	if len(whole) == 0 || (len(whole) > 1 && whole[0] == '0') {
		return false, false
	}
	integer = len(b) == 0
	if len(b) > 0 && b[0] == '.' {
		var fraction []byte
		if fraction, b = digits(b[1:]); len(fraction) == 0 {
			return false, false
		}
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		var exponent []byte
		if exponent, b = digits(b); len(exponent) == 0 {
			return false, false
		}
	}
	return integer, len(b) == 0
}

// digits splits the leading decimal digits off b.
func digits(b []byte) (lead, rest []byte) {
	n := 0
	for n < len(b) && '0' <= b[n] && b[n] <= '9' {
		n++
	}
	return b[:n], b[n:]
}
