// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

var limits = api.Limits{MaxDocuments: 1000, MaxQueryCharacters: 10_000, MaxDocumentCharacters: 50_000}

func TestObjectsBecomeTexts(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		document, fields string
		want             string
	}{
		"text alone":                       {`{"text":"a","id":7}`, ``, "a"},
		"no text":                          {`{"title":"a","n":7,"gone":null,"tags":["b", 1]}`, ``, "title: a\nn: 7\ntags: [\"b\", 1]"},
		"one field":                        {`{"text":"a","title":"b"}`, `["title"]`, "b"},
		"two fields in the object's order": {`{"text":"a","x":"c","title":"b"}`, `["title","text"]`, "text: a\ntitle: b"},
		"fields that are not there":        {`{"text":"a","x":"c"}`, `["body"]`, "text: a\nx: c"},
		"empty object":                     {`{}`, ``, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := `{"query":"q","documents":[` + tc.document + `]`
			if tc.fields != "" {
				body += `,"rank_fields":` + tc.fields
			}
			b, err := ReadRerank(strings.NewReader(body+"}"), limits)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, b.Documents[0].Value); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if string(b.Documents[0].Raw) != tc.document {
				t.Errorf("raw is %s", b.Documents[0].Raw)
			}
		})
	}
}

func TestOversizedObjectsAreMarkedAndForgotten(t *testing.T) {
	t.Parallel()
	huge := `{"text":"` + strings.Repeat("a", 4*limits.MaxDocumentCharacters+objectOverhead) + `"}`
	b, err := ReadRerank(strings.NewReader(`{"query":"q","documents":["a",`+huge+`,{"text":"c"}]}`), limits)
	if err != nil {
		t.Fatal(err)
	}
	if d := b.Documents; !d[1].Oversized || d[1].Raw != nil || d[2].Value != "c" {
		t.Errorf("got %+v", d[1])
	}
}

// TestMemoryFollowsTheLimitsAndNotTheBody reads 50 MB of JSON.
func TestMemoryFollowsTheLimitsAndNotTheBody(t *testing.T) {
	chunk := []byte(`"` + strings.Repeat("a", 50_000_000) + `"`)
	body := func() *bytes.Reader {
		return bytes.NewReader(append(append([]byte(`{"query":"q","documents":["x",`), chunk...), `]}`...))
	}()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b, err := ReadRerank(body, limits)
	runtime.ReadMemStats(&after)
	if err != nil || b.Documents[1].Characters != 50_000_000 || len(b.Documents[1].Value) != 50_000 {
		t.Fatalf("error %v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes allocated for a document of 50,000 kept characters", grown)
	}
}

// TestTheLargestLegalBodyIsHeldOnce reads 1000 documents of 50,000 characters,
// 50 MB, from a stream: what is allocated is the documents and little else.
func TestTheLargestLegalBodyIsHeldOnce(t *testing.T) {
	const texts = 1000 * 50_000
	document := `"` + strings.Repeat("a", 50_000) + `"`
	parts := []io.Reader{strings.NewReader(`{"query":"q","documents":[`), strings.NewReader(document)}
	for range 999 {
		parts = append(parts, strings.NewReader(","), strings.NewReader(document))
	}
	body := io.MultiReader(append(parts, strings.NewReader("]}"))...)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b, err := ReadRerank(body, limits)
	runtime.ReadMemStats(&after)
	if err != nil || len(b.Documents) != 1000 || len(b.Documents[999].Value) != 50_000 {
		t.Fatalf("error %v", err)
	}
	grown := after.TotalAlloc - before.TotalAlloc
	t.Logf("%.1f MB allocated for %.1f MB of texts", float64(grown)/1e6, texts/1e6)
	// The allocator rounds 50,000 bytes up to 57,344.
	if grown > texts*57_344/50_000+2<<20 {
		t.Errorf("%d bytes allocated for %d bytes of texts", grown, texts)
	}
}

// FuzzReadRerank holds the decoder to encoding/json on bodies that both accept
// and to its own promises on all of them.
func FuzzReadRerank(f *testing.F) {
	for _, seed := range []string{
		`{"query":"q","documents":["a","b"],"method":"hybrid","top_k":1}`,
		`{"model":"m","query":"q","documents":[{"text":"a"},"b"],"rank_fields":["text"],"top_n":null}`,
		`{"query":{"text":"q"},"passages":[{"text":"a"}],"truncate":"END"}`,
		`{"query":"q","texts":["a"],"raw_scores":"true"}`,
		`{"query":"\ud83d\ude00","documents":"x","Documents":1}`,
	} {
		f.Add([]byte(seed))
	}
	small := api.Limits{MaxDocuments: 4, MaxQueryCharacters: 6, MaxDocumentCharacters: 8}
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := ReadRerank(iotest.HalfReader(bytes.NewReader(in)), small)
		if err != nil {
			p := AsProblem(err)
			if s := p.Status(); s != 400 && s != 422 {
				t.Fatalf("status %d for %q", s, in)
			}
			return
		}
		if !json.Valid(in) || !utf8.Valid(in) {
			t.Fatalf("accepted %q", in)
		}
		if len(b.Documents) > small.MaxDocuments {
			t.Fatalf("%d documents", len(b.Documents))
		}
		for _, d := range b.Documents {
			if n := utf8.RuneCountInString(d.Value); n > small.MaxDocumentCharacters || n > d.Characters {
				t.Fatalf("kept %d of %d characters", n, d.Characters)
			}
		}
		compare(t, in, b)
	})
}

// compare checks what encoding/json makes of the same body.
func compare(t *testing.T, in []byte, b *Rerank) {
	t.Helper()
	var ref map[string]any
	if err := json.Unmarshal(in, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref) != len(b.Keys) {
		t.Fatalf("%d keys, want %d", len(b.Keys), len(ref))
	}
	if q, ok := ref["query"].(string); ok && b.Query.Characters != utf8.RuneCountInString(q) {
		t.Fatalf("query of %d characters, want %q", b.Query.Characters, q)
	}
	if b.DocumentsKey == "" {
		return
	}
	list, ok := ref[b.DocumentsKey].([]any)
	if ok && len(list) != len(b.Documents) {
		t.Fatalf("%d documents, want %d", len(b.Documents), len(list))
	}
	for i, v := range list {
		if s, ok := v.(string); ok && !strings.HasPrefix(s, b.Documents[i].Value) {
			t.Fatalf("document %d is %q, want the beginning of %q", i, b.Documents[i].Value, s)
		}
	}
}

func FuzzReadPairs(f *testing.F) {
	f.Add([]byte(`{"text_1":"a","text_2":["b","c"],"method":"quantum"}`))
	f.Add([]byte(`{"queries":["a"],"documents":["b"],"model":null}`))
	small := api.Limits{MaxDocuments: 4, MaxQueryCharacters: 6, MaxDocumentCharacters: 8}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, read := range []func() (*Pairs, error){
			func() (*Pairs, error) { return ReadPairs(bytes.NewReader(in), small) },
			func() (*Pairs, error) { return ReadSentences(bytes.NewReader(in), small) },
		} {
			p, err := read()
			if err != nil {
				if s := AsProblem(err).Status(); s != 400 && s != 422 {
					t.Fatalf("status %d for %q", s, in)
				}
				continue
			}
			if v := api.CheckPairs(&p.Pairs, small); len(v) == 0 && len(p.Left) != 1 && len(p.Left) != len(p.Right) {
				t.Fatalf("%d and %d texts passed", len(p.Left), len(p.Right))
			}
		}
	})
}

func BenchmarkReadRerank(b *testing.B) {
	doc, _ := json.Marshal(strings.Repeat("The quick brown fox jumps over the lazy dog. ", 14))
	in := fmt.Appendf(nil, `{"query":"q","documents":[%s%s]}`, bytes.Repeat(append(doc, ','), 99), doc)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadRerank(bytes.NewReader(in), limits); err != nil {
			b.Fatal(err)
		}
	}
}
