// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package textlines

import (
	"bufio"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAByteOrderMarkIsNoPartOfTheFirstLine(t *testing.T) {
	const mark = "\ufeff"
	for text, want := range map[string][]string{
		"":                         nil,
		"a\nb":                     {"a", "b"},
		mark + "a\r\nb\n":          {"a", "b"},
		mark:                       {""},
		mark + "\na":               {"", "a"},
		"\n" + mark + "a":          {"", mark + "a"},
		mark + mark + "a\n" + mark: {mark + "a", mark},
	} {
		s := New(strings.NewReader(text), 100)
		var got []string
		for s.Scan() {
			got = append(got, s.Text())
		}
		if s.Err() != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", text, got, s.Err(), want)
		}
	}
}

func TestALineThatIsTooLongIsAnError(t *testing.T) {
	s := New(strings.NewReader("short\n"+strings.Repeat("x", 200)), 100)
	if !s.Scan() || s.Scan() || !errors.Is(s.Err(), bufio.ErrTooLong) {
		t.Errorf("%q, %v", s.Text(), s.Err())
	}
}
