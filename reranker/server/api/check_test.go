// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var apiLimits = Limits{MaxDocuments: 1000, MaxQueryCharacters: 10_000, MaxDocumentCharacters: 50_000}

func text(s string) Text { return Text{Value: s, Characters: len([]rune(s))} }

func documents(texts ...string) []Document {
	docs := make([]Document, len(texts))
	for i, s := range texts {
		docs[i] = Document{Text: text(s)}
	}
	return docs
}

func request(query string, docs ...string) *Request {
	return &Request{
		QueryField: "query", DocumentsField: "documents", TopKField: "top_k",
		HasQuery: true, Query: text(query), HasDocuments: true, Documents: documents(docs...),
	}
}

func with(r *Request, change func(*Request)) *Request { change(r); return r }

func topK(k int64) func(*Request)     { return func(r *Request) { r.TopK = &k } }
func method(m string) func(*Request)  { return func(r *Request) { r.Method = &m } }
func repeat(s string, n int) []string { return strings.Split(strings.Repeat(s+"|", n-1)+s, "|") }

func TestCheckNamesFieldIndexLimitAndValue(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		request *Request
		want    []string
	}{
		"a legal request":                       {request("q", "a", "b"), nil},
		"a query of spaces":                     {request(" \t\u3000", "a"), []string{"query_empty /query limit=1 value=0"}},
		"a query of information separators":     {request("\x1c\x1d\x1e\x1f", "a"), []string{"query_empty /query limit=1 value=0"}},
		"a query of the longest legal length":   {request(strings.Repeat("é", 10_000), "a"), nil},
		"a query one character too long":        {request(strings.Repeat("é", 10_001), "a"), []string{"query_too_long /query limit=10000 value=10001"}},
		"spaces around count for the length":    {request("q"+strings.Repeat(" ", 10_000), "a"), []string{"query_too_long /query limit=10000 value=10001"}},
		"no query":                              {with(request("", "a"), func(r *Request) { r.HasQuery = false }), []string{"field_required /query limit=<nil> value=<nil>"}},
		"no documents field":                    {with(request("q"), func(r *Request) { r.HasDocuments = false }), []string{"field_required /documents limit=<nil> value=<nil>"}},
		"an empty list of documents":            {request("q"), []string{"documents_empty /documents limit=1 value=0"}},
		"1000 documents":                        {request("q", repeat("a", 1000)...), nil},
		"1001 documents":                        {request("q", repeat("a", 1001)...), []string{"documents_too_many /documents limit=1000 value=1001"}},
		"a blank document":                      {request("q", "a", "\n", "b"), []string{"document_empty /documents/1 index=1 limit=1 value=0"}},
		"a document of the longest length":      {request("q", strings.Repeat("😀", 50_000)), nil},
		"a document one character too long":     {request("q", "a", strings.Repeat("😀", 50_001)), []string{"document_too_long /documents/1 index=1 limit=50000 value=50001"}},
		"an unknown method":                     {with(request("q", "a"), method("neural")), []string{"method_invalid /method limit=[classical quantum hybrid] value=neural"}},
		"a method in capitals":                  {with(request("q", "a"), method("Hybrid")), []string{"method_invalid /method limit=[classical quantum hybrid] value=Hybrid"}},
		"an empty method":                       {with(request("q", "a"), method("")), []string{"method_invalid /method limit=[classical quantum hybrid] value="}},
		"top_k zero":                            {with(request("q", "a"), topK(0)), []string{"top_k_too_small /top_k limit=1 value=0"}},
		"top_k negative":                        {with(request("q", "a"), topK(-3)), []string{"top_k_too_small /top_k limit=1 value=-3"}},
		"top_k equal to the number":             {with(request("q", "a", "b"), topK(2)), nil},
		"top_k beyond the number":               {with(request("q", "a", "b"), topK(3)), []string{"top_k_too_large /top_k limit=2 value=3"}},
		"top_k is not judged without documents": {with(request("q"), topK(3)), []string{"documents_empty /documents limit=1 value=0"}},
		"everything wrong at once": {
			with(with(request(" ", "a", ""), method("x")), topK(0)),
			[]string{
				"query_empty /query limit=1 value=0",
				"document_empty /documents/1 index=1 limit=1 value=0",
				"method_invalid /method limit=[classical quantum hybrid] value=x",
				"top_k_too_small /top_k limit=1 value=0",
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, v := range Check(tc.request, Rules{Limits: apiLimits}) {
				index := ""
				if v.Index != nil {
					index = fmt.Sprintf(" index=%d", *v.Index)
				}
				got = append(got, fmt.Sprintf("%s %s%s limit=%v value=%v", v.Code, v.Pointer, index, v.Limit, v.Value))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCheckBoundsTheListOfViolations(t *testing.T) {
	t.Parallel()
	got := Check(with(with(request("", repeat("", 500)...), method("x")), topK(0)), Rules{Limits: apiLimits})
	if len(got) != maxDocumentViolations+3 {
		t.Errorf("%d violations, want %d", len(got), maxDocumentViolations+3)
	}
	if last := got[len(got)-1].Field; last != "top_k" {
		t.Errorf("the last violation is of %s, want top_k", last)
	}
}

func TestCheckStripsTheTexts(t *testing.T) {
	t.Parallel()
	r := request(" \x1fq q\u00a0", "\u2003a\n", "b")
	if v := Check(r, Rules{Limits: apiLimits}); v != nil {
		t.Fatal(v)
	}
	got := []string{r.Query.Value, r.Documents[0].Value, r.Documents[1].Value}
	if diff := cmp.Diff([]string{"q q", "a", "b"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLenientRulesWarnInsteadOfFailing(t *testing.T) {
	t.Parallel()
	r := with(request("q", "a", " ", "long document"), topK(10))
	limits := apiLimits
	limits.MaxDocumentCharacters = 4
	if v := Check(r, Rules{Limits: limits, Lenient: true}); v != nil {
		t.Fatalf("violations: %v", v)
	}
	if r.TopK != nil {
		t.Errorf("top_k is %d, want none", *r.TopK)
	}
	want := []string{"document 1 is blank and ranks last", "document 2 was cut from 13 to 4 characters"}
	if diff := cmp.Diff(want, r.Warnings); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if v := Check(with(request("q", "a"), topK(0)), Rules{Limits: limits, Lenient: true}); len(v) != 1 || v[0].Code != CodeTopKTooSmall {
		t.Errorf("top_k 0: %v", v)
	}
	if v := Check(with(request("q", "a"), topK(0)), Rules{Limits: limits, Lenient: true, ZeroTopKMeansAll: true}); v != nil {
		t.Errorf("top_k 0 as all: %v", v)
	}
}

func TestStripEqualsPython(t *testing.T) {
	t.Parallel()
	// The code points for which Python 3's str.isspace is true and strip
	// removes them: made with
	// python3 -c 'print([hex(i) for i in range(0x110000) if not chr(i).strip()])'.
	space := map[rune]bool{}
	for _, r := range []rune{
		0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
		0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
	} {
		space[r] = true
	}
	for r := rune(0); r <= 0x10FFFF; r++ {
		if IsSpace(r) != space[r] {
			t.Errorf("IsSpace(%U) = %v, want %v", r, IsSpace(r), space[r])
		}
	}
}

func TestEveryCodeHasAStatusOfItsFamily(t *testing.T) {
	t.Parallel()
	legal := map[int]bool{400: true, 401: true, 403: true, 404: true, 405: true, 413: true, 415: true, 422: true, 429: true, 499: true, 500: true, 503: true, 504: true}
	for _, c := range Codes() {
		if !legal[c.Status()] {
			t.Errorf("%s has status %d", c, c.Status())
		}
		// 408 and 409 are retried by clients, so that they must never appear.
		if c.Retryable() != (c.Status() == 429 || c.Status() == 503) {
			t.Errorf("%s: retryable = %v with status %d", c, c.Retryable(), c.Status())
		}
	}
}
