// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestAnErrorSaysWhatWhereAndAtWhichByte(t *testing.T) {
	t.Parallel()
	far := strings.Repeat(" ", 2*bufferSize)
	for in, want := range map[string]string{
		"?":                      "invalid JSON: unexpected '?' where a value begins at byte 0",
		"\x00":                   "invalid JSON: unexpected byte 0x00 where a value begins at byte 0",
		"\x7f":                   "invalid JSON: unexpected byte 0x7f where a value begins at byte 0",
		"~":                      "invalid JSON: unexpected '~' where a value begins at byte 0",
		"!":                      "invalid JSON: unexpected '!' where a value begins at byte 0",
		"\xc3\xa9":               "invalid JSON: unexpected byte 0xc3 where a value begins at byte 0",
		":":                      "invalid JSON: unexpected ':' where a value begins at byte 0",
		"/":                      "invalid JSON: unexpected '/' where a value begins at byte 0",
		`{"a":[1,?]}`:            "invalid JSON: unexpected '?' where a value begins at /a/1 (byte 8)",
		`{"a/b":{"c~d":?}}`:      "invalid JSON: unexpected '?' where a value begins at /a~1b/c~0d (byte 14)",
		`{"a" 1}`:                "invalid JSON: unexpected '1' after a key, want ':' at byte 5",
		`{"a":1 "b"}`:            `invalid JSON: unexpected '"', want ',' or '}' at byte 7`,
		`{1}`:                    "invalid JSON: unexpected '1' where a key begins at byte 1",
		`{"a":1,}`:               "invalid JSON: unexpected '}' where a key begins at byte 7",
		`[1 2]`:                  "invalid JSON: unexpected '2', want ',' or ']' at byte 3",
		`{"a":1,"a":2}`:          `duplicate key "a" at byte 10`,
		`[tru]`:                  "invalid JSON: want the literal true at /0 (byte 1)",
		`[nul`:                   "invalid JSON: want the literal null at /0 (byte 1)",
		"[\"\x1f\"]":             "invalid JSON: control character 0x1f in a string at /0 (byte 2)",
		"\"\xff\"":               "invalid UTF-8 in a string at byte 1",
		`"\ud800x"`:              "unpaired surrogate in a string at byte 7",
		`"\ud800\n"`:             "unpaired surrogate in a string at byte 7",
		`"\ud800\u0041"`:         "unpaired surrogate in a string at byte 13",
		`"\ud800`:                "unpaired surrogate in a string at byte 7",
		`"\u00g0"`:               `invalid JSON: want four hexadecimal digits after \u at byte 1`,
		`"\u00:0"`:               `invalid JSON: want four hexadecimal digits after \u at byte 1`,
		"\"\\u00`0\"":            `invalid JSON: want four hexadecimal digits after \u at byte 1`,
		`"\x"`:                   "invalid JSON: unknown escape in a string at byte 1",
		`"\`:                     "invalid JSON: the body ends inside a value at byte 1",
		`"\u00`:                  "invalid JSON: the body ends inside a value at byte 1",
		"":                       "the body is empty: want a JSON value at byte 0",
		far + "?":                "invalid JSON: unexpected '?' where a value begins at byte 65536",
		`["` + far + `",?]`:      "invalid JSON: unexpected '?' where a value begins at /1 (byte 65540)",
		"01":                     "invalid JSON: malformed number at byte 2",
		"-":                      "invalid JSON: malformed number at byte 1",
		"1.":                     "invalid JSON: malformed number at byte 2",
		"1e":                     "invalid JSON: malformed number at byte 2",
		"1E+":                    "invalid JSON: malformed number at byte 3",
		"1.5.2":                  "invalid JSON: malformed number at byte 5",
		strings.Repeat("1", 999): "a number is longer than 512 bytes at byte 512",
	} {
		d := NewDecoder(strings.NewReader(in), 0)
		if err := d.Skip(); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v\nwant %s", in, err, want)
		}
	}
}

func TestAMismatchNamesBothTypes(t *testing.T) {
	t.Parallel()
	for want, read := range map[string]func(*Decoder) error{
		"integer": func(d *Decoder) error { _, err := d.ReadInt(); return err },
		"number":  func(d *Decoder) error { _, err := d.ReadFloat(); return err },
		"string":  func(d *Decoder) error { _, err := d.ReadString(); return err },
		"boolean": func(d *Decoder) error { _, err := d.ReadBool(); return err },
		"object":  func(d *Decoder) error { return d.ReadObject(func(string) error { return nil }) },
	} {
		var got *Error
		if err := read(NewDecoder(strings.NewReader("[]"), 0)); !errors.As(err, &got) || got.Want != want || got.Got != "array" ||
			got.Message != "wrong type: want "+want+", got array" {
			t.Errorf("%s: %+v", want, got)
		}
	}
	if null, err := NewDecoder(strings.NewReader("[]"), 0).ReadNull(); null || err != nil {
		t.Errorf("ReadNull of an array = %t, %v", null, err)
	}
	if null, err := NewDecoder(strings.NewReader("null"), 0).ReadNull(); !null || err != nil {
		t.Errorf("ReadNull of null = %t, %v", null, err)
	}
}

func TestOnlyOpenLevelsCountAsDeep(t *testing.T) {
	t.Parallel()
	in := `[` + strings.Repeat(`{"a":[]},[1],[],{},`, 50) + `0]`
	if err := NewDecoder(strings.NewReader(in), 3).Skip(); err != nil {
		t.Errorf("three levels of three: %v", err)
	}
	var got *Error
	if err := NewDecoder(strings.NewReader("[[[[]]]]"), 3).Skip(); !errors.As(err, &got) || got.Kind != TooDeep || got.Message != "nested deeper than 3 levels" {
		t.Errorf("four levels of three: %v", err)
	}
	if err := NewDecoder(strings.NewReader("[1]"), -1).Skip(); err != nil {
		t.Errorf("by default: %v", err)
	}
}

func TestNumbersAndEscapesOfEveryFormAreRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"0": 0, "-0.5": -0.5, "12E2": 1200, "12e+2": 1200, "12E-2": 0.12, "9.25": 9.25} {
		if got, err := NewDecoder(iotest.OneByteReader(strings.NewReader(in)), 0).ReadFloat(); err != nil || got != want {
			t.Errorf("%s = %v, %v", in, got, err)
		}
	}
	const in, want = `"\u00e9\u00AF\uD83D\ude00 \"\\\/\b\f\n\r\t é😀"`, "é\u00af😀 \"\\/\b\f\n\r\t é😀"
	for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in)), iotest.DataErrReader(strings.NewReader(in))} {
		if got, err := NewDecoder(r, 0).ReadString(); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

func TestAReaderThatNeverGivesAnythingIsLeft(t *testing.T) {
	t.Parallel()
	d := NewDecoder(readerFunc(func([]byte) (int, error) { return 0, nil }), 0)
	for range 2 {
		if err := d.Skip(); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("got %v", err)
		}
	}
}

func TestTheRestOfABodyIsReportedWithItsPlace(t *testing.T) {
	t.Parallel()
	d := NewDecoder(strings.NewReader("[1] \n x"), 0)
	if err := d.Skip(); err != nil {
		t.Fatal(err)
	}
	want := &Error{Kind: Trailing, Offset: 6, Message: "unexpected 'x' after the JSON value"}
	var got *Error
	if err := d.End(); !errors.As(err, &got) || cmp.Diff(want, got) != "" {
		t.Errorf("End = %v, want %v", err, want)
	}
}

func TestARawValueIsBoundedInBytesAndInMemory(t *testing.T) {
	t.Parallel()
	d := NewDecoder(strings.NewReader(`[12345,1234,"`+strings.Repeat("x", 8*bufferSize)+`","`+strings.Repeat("y", 8*bufferSize)+`"]`), 0)
	var got []string
	err := d.ReadArray(func(i int) error {
		if i == 3 {
			return d.Skip() // what was read raw before must not be kept
		}
		raw, err := d.ReadRaw(4)
		got = append(got, string(raw))
		return err
	})
	if diff := cmp.Diff([]string{"", "1234", ""}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if len(d.buf) > 2*bufferSize {
		t.Errorf("the buffer has grown to %d bytes for values that nobody keeps", len(d.buf))
	}
	var broken *Error
	if _, err := NewDecoder(strings.NewReader("[1,?]"), 0).ReadRaw(9); !errors.As(err, &broken) || broken.Kind != Syntax {
		t.Errorf("a raw value that is no JSON: %v", err)
	}
}

func TestKeysAreBoundedInCharacters(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", maxKeyCharacters)
	if err := NewDecoder(strings.NewReader(`{"`+long+`":1}`), 0).Skip(); err != nil {
		t.Errorf("the longest key: %v", err)
	}
	var got *Error
	if err := NewDecoder(strings.NewReader(`{"`+long+`x":1}`), 0).Skip(); !errors.As(err, &got) || got.Kind != TooComplex {
		t.Errorf("a longer key: %v", err)
	}
}

func TestHalfASurrogateIsNotCompletedByAnything(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`"\ud800xu0041"`, `"\ud800xudc00"`, `"\ud800\`, `"\u00/0"`, `[fals]`, `fals`} {
		if err := NewDecoder(strings.NewReader(in), 0).Skip(); err == nil {
			t.Errorf("%s is accepted", in)
		}
	}
}
