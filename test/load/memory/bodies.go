// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
)

// The largest request of the API.
const (
	mostDocuments  = 1000
	mostCharacters = 50_000
)

// alphabet is a way to write a character.
type alphabet struct{ name, unit string }

var alphabets = []alphabet{
	{"one byte", "a bcde fg "}, // ten characters
	{"four bytes", strings.Repeat("\U0001F34E", 9) + " "},
	{"escapes", strings.Repeat(`\ud83c\udf4e`, 9) + " "},
}

// body is a request of so many documents of so many characters, made while it
// is read: the largest has half a gigabyte.
type body struct {
	alphabet              alphabet
	documents, characters int
	number                int // makes the documents of two requests differ
}

func (b body) head() string { return `{"query":"largest","documents":[` }
func (b body) tail() string { return `]}` }

// document begins with what tells it from all others, at the cost of some of
// its characters.
func (b body) document(i int) (prefix, unit string, units int) {
	prefix = fmt.Sprintf("%08d %06d ", b.number, i)
	return prefix, b.alphabet.unit, (b.characters - len(prefix)) / 10
}

func (b body) size() int64 {
	prefix, unit, units := b.document(0)
	one := int64(len(prefix)+units*len(unit)) + 3 // quotes and a comma
	return int64(len(b.head())+len(b.tail())) + one*int64(b.documents) - 1
}

// write writes the whole body.
func (b body) write(w io.Writer) error {
	if _, err := io.WriteString(w, b.head()); err != nil {
		return err
	}
	for i := range b.documents {
		prefix, unit, units := b.document(i)
		separator := ","
		if i == 0 {
			separator = ""
		}
		if _, err := io.WriteString(w, separator+`"`+prefix+strings.Repeat(unit, units)+`"`); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, b.tail())
	return err
}

// within shortens the documents until the body has at most limit bytes.
func (b body) within(limit int64) body {
	for b.size() > limit {
		b.characters = b.characters * 99 / 100
	}
	return b
}
