// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBodiesHaveTheSizeTheyAnnounceAndAreLegal(t *testing.T) {
	for _, a := range alphabets {
		t.Run(a.name, func(t *testing.T) {
			b := body{a, 3, mostCharacters, 7}
			var buf bytes.Buffer
			if err := b.write(&buf); err != nil {
				t.Fatal(err)
			}
			if int64(buf.Len()) != b.size() {
				t.Errorf("%d bytes, announced %d", buf.Len(), b.size())
			}
			var got struct{ Documents []string }
			if err := json.Unmarshal(buf.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Documents) != 3 || got.Documents[0] == got.Documents[1] {
				t.Fatalf("%d documents, two alike", len(got.Documents))
			}
			if n := utf8.RuneCountInString(got.Documents[0]); n > mostCharacters || n < mostCharacters-20 {
				t.Errorf("%d characters", n)
			}
			if s := b.within(10_000).size(); s > 10_000 || s < 8_000 {
				t.Errorf("cut to 10000 bytes it has %d", s)
			}
		})
	}
}

func TestOnlyARankingOrAClearRefusalIsAnAnswer(t *testing.T) {
	for text, tc := range map[string]struct {
		status int
		clear  bool
	}{
		`{"results":[{}]}`: {200, true}, `{"results":[]}`: {200, false},
		`{"code":"overloaded","message":"later"}`: {429, true}, `{"message":"later"}`: {429, false},
		`{"code":"internal","message":"oops"}`: {500, false}, `<html>`: {502, false},
	} {
		_, clear := judge(&http.Response{StatusCode: tc.status, Body: io.NopCloser(strings.NewReader(text))})
		if clear != tc.clear {
			t.Errorf("%d %s: clear is %v", tc.status, text, clear)
		}
	}
}
