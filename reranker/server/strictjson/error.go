// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import "fmt"

// ErrorKind says which promise of the package a JSON text broke.
type ErrorKind int

// Kinds of Error.
const (
	// Syntax is text that is not JSON.
	Syntax ErrorKind = iota
	// Truncated is a text that ends inside a value.
	Truncated
	// Empty is a text without any value.
	Empty
	// InvalidUTF8 is a string that is not Unicode text.
	InvalidUTF8
	// DuplicateKey is an object with two equal keys.
	DuplicateKey
	// TooDeep is nesting beyond the limit.
	TooDeep
	// TooComplex is a key, a number or a count of keys beyond the limits.
	TooComplex
	// Trailing is anything but white space after the value.
	Trailing
	// WrongType is valid JSON of another type than the caller asked for.
	WrongType
)

// Error is a fault of the JSON text itself. Faults of the reader below (a
// body that is too large, a broken connection) are returned as they came.
type Error struct {
	Kind ErrorKind
	// Offset is the number of bytes before the fault.
	Offset int64
	// Pointer is the JSON pointer of the value at fault, "" for the whole text.
	Pointer string
	// Message says what is wrong, without any text of the caller but keys.
	Message string
	// Want and Got are set when Kind is WrongType.
	Want, Got string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("%s at byte %d", e.Message, e.Offset)
	}
	return fmt.Sprintf("%s at %s (byte %d)", e.Message, e.Pointer, e.Offset)
}

// fail makes an Error at the present position.
func (d *Decoder) fail(kind ErrorKind, format string, args ...any) error {
	return d.failure(kind, format, args...)
}

// failure is fail for who has more to say about it.
func (d *Decoder) failure(kind ErrorKind, format string, args ...any) *Error {
	return &Error{
		Kind:    kind,
		Offset:  d.Offset(),
		Pointer: d.Pointer(),
		Message: fmt.Sprintf(format, args...),
	}
}

// Mismatch makes the WrongType error for a value that the caller has looked
// at and cannot use.
func (d *Decoder) Mismatch(want, got string) error {
	err := d.failure(WrongType, "wrong type: want %s, got %s", want, got)
	err.Want, err.Got = want, got
	return err
}
