// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package textlines reads text files line by line.
package textlines

import (
	"bufio"
	"bytes"
	"io"
)

// byteOrderMark is what some editors begin a file of UTF-8 with. It is no part of the
// first line's text, nor of an identifier there.
var byteOrderMark = []byte("\ufeff")

// New returns a scanner of the lines of r, of at most longest bytes each, without their
// ends and without a byte order mark. Longer ones are bufio.ErrTooLong.
func New(r io.Reader, longest int) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(nil, longest)
	begun := false
	s.Split(func(data []byte, atEOF bool) (advance int, line []byte, err error) {
		advance, line, err = bufio.ScanLines(data, atEOF)
		if line != nil && !begun {
			begun, line = true, bytes.TrimPrefix(line, byteOrderMark)
		}
		return advance, line, err
	})
	return s
}
