// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

func TestDocumentsAreReadLineByLine(t *testing.T) {
	tests := map[string]struct {
		format, text string
		want         []string
	}{
		"text with blanks and ends of lines": {formatText, " one \r\n\n two\n", []string{"one", "two"}},
		"a mark of the order of bytes":       {formatText, "\ufeffone\ntwo", []string{"one", "two"}},
		"the same before JSON":               {formatJSONL, "\ufeff{\"text\": \"a\"}\r\n\"b\"", []string{"a", "b"}},
		"strings":                            {formatJSONL, "\"a\\nb\"\n\"c\"\n", []string{"a\nb", "c"}},
		"objects": {
			formatJSONL, `{"id": 3, "text": "a"}` + "\n" + `{"content": "b"}` + "\n\n" + `{"passage": "c", "score": 1}`,
			[]string{"a", "b", "c"},
		},
		"the longest document": {formatText, strings.Repeat("é", contract.MaxDocumentCharacters), []string{strings.Repeat("é", contract.MaxDocumentCharacters)}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := readDocuments("file", strings.NewReader(tc.text), tc.format, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadDocumentsAreNamedByLineAndNotQuoted(t *testing.T) {
	tests := map[string]struct{ format, text, want string }{
		"not UTF-8":          {formatText, "good\nsecret\xff\n", "file: line 2: not valid UTF-8"},
		"too long":           {formatText, "\n" + strings.Repeat("secret", 10_000), "file: line 2: document has 60000 characters, more than 50000"},
		"a very long line":   {formatText, strings.Repeat("secret", 200_000), "file: line 1: longer than"},
		"too many":           {formatText, strings.Repeat("secret\n", 1001), "file: line 1001: more than 1000 documents"},
		"not JSON":           {formatJSONL, "\"ok\"\nsecret", "file: line 2: not a JSON string or object"},
		"an array":           {formatJSONL, `["secret"]`, "line 1: not a JSON string or object"},
		"an open string":     {formatJSONL, `"secret`, "line 1: not a JSON string"},
		"no text":            {formatJSONL, `{"title": "secret"}`, "line 1: the object has none of the members text, document"},
		"a number as text":   {formatJSONL, `{"text": 17}`, `line 1: member "text" is not a string`},
		"null as text":       {formatJSONL, `{"text": null}`, `line 1: member "text" is not a string`},
		"an empty JSON text": {formatJSONL, `{"text": " "}`, "line 1: the text is empty"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := readDocuments("file", strings.NewReader(tc.text), tc.format, 1000)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q in it", err, tc.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes the document: %v", err)
			}
		})
	}
}

func FuzzReadDocuments(f *testing.F) {
	f.Add("one\ntwo\n", false)
	f.Add(`{"text": "a"}`+"\n"+`"b"`, true)
	f.Add("{\"text\":\"\\ud800\"}", true)
	f.Fuzz(func(t *testing.T, text string, jsonl bool) {
		format := formatText
		if jsonl {
			format = formatJSONL
		}
		documents, err := readDocuments("file", strings.NewReader(text), format, 10)
		if err != nil {
			return
		}
		if len(documents) > 10 {
			t.Errorf("%d documents, room for 10", len(documents))
		}
		for _, d := range documents {
			if d == "" || !utf8.ValidString(d) || strings.TrimSpace(d) != d || utf8.RuneCountInString(d) > contract.MaxDocumentCharacters {
				t.Errorf("illegal document %q", d)
			}
		}
	})
}
