// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// wordPod reads three words of a text; its score counts letters "x".
func wordPod() *pod {
	p := newPod()
	b := p.backend()
	b.CountTokens = func(text string) int { return len(strings.Fields(text)) + 2 }
	b.Model.MaxTokens = 5
	p.Start(b)
	return p
}

func TestLongDocumentsAreScoredByTheirBestPassage(t *testing.T) {
	t.Parallel()
	p := wordPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","max_chunks_per_doc":3,"return_documents":false,
		"documents":["é b c  xx e f g","x","a b c d e f xxx h i xxxxx"]}`)
	want := []string{"é b c", "xx e f", "g", "x", "a b c", "d e f", "xxx h i"}
	if diff := cmp.Diff(want, p.ranker.requests[0].Documents); diff != "" {
		t.Errorf("texts (-want +got)\n%s", diff)
	}
	answer := object(t, w.Body)
	var got []string
	for _, r := range answer["results"].([]any) {
		m := r.(map[string]any)
		got = append(got, fmt.Sprint(m["index"], " ", m["relevance_score"], " ", m["rank"], " ", m["truncated"], " ", m["metadata"].(map[string]any)["passage"]))
	}
	want = []string{
		"2 0.3 1 true map[count:3 end:19 index:2 start:12]",
		"0 0.2 2 false map[count:3 end:13 index:1 start:7]",
		"1 0.1 3 false <nil>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got)\n%s", diff)
	}
	if timing := w.Header().Get("Server-Timing"); !strings.Contains(timing, "cut;dur=") {
		t.Errorf("cutting is in no stage: %s", timing)
	}
	if answer["scored_documents"] != 3.0 || w.Header().Get("X-Rerank-Truncated") != "1" {
		t.Errorf("%v scored, %s truncated", answer["scored_documents"], w.Header().Get("X-Rerank-Truncated"))
	}
	warnings := fmt.Sprint(answer["meta"].(map[string]any)["warnings"])
	if !strings.Contains(warnings, "7 passages of 3 documents") || !strings.Contains(warnings, "1 of 3 documents were truncated") {
		t.Errorf("warnings %s", warnings)
	}
}

// The Ranker cuts, when it has a place for the request and time for it. Else the
// documents stay what they are.
func TestDocumentsThatWereNotCutAreAnsweredWhole(t *testing.T) {
	t.Parallel()
	p := wordPod()
	p.ranker.hurried = true
	w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","max_chunks_per_doc":3,"documents":["a b c d e late","late x b c d e f"]}`)
	answer := object(t, w.Body)
	if n := len(answer["results"].([]any)); w.Code != 200 || n != 2 || answer["scored_documents"] != 0.0 {
		t.Errorf("status %d, %d results: %v", w.Code, n, answer)
	}
	if text := fmt.Sprint(answer); strings.Contains(text, "passage:") || strings.Contains(text, "passages") {
		t.Errorf("passages that nobody made: %s", text)
	}
	if timing := w.Header().Get("Server-Timing"); strings.Contains(timing, "cut;dur=") {
		t.Errorf("nothing was cut, and yet: %s", timing)
	}
}

// A request that ends while it is cut tells where its time went.
func TestCuttingThatFailsIsAStage(t *testing.T) {
	t.Parallel()
	p := wordPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","truncate":"none","max_chunks_per_doc":2,"documents":["a b c d e f g h"]}`)
	if timing := w.Header().Get("Server-Timing"); w.Code != 422 || !strings.Contains(timing, "cut;dur=") {
		t.Errorf("status %d, stages %s", w.Code, timing)
	}
}

// Passages are ours: a caller counts documents.
func TestWarningsOfUnscoredPassagesCountDocuments(t *testing.T) {
	t.Parallel()
	p := wordPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","max_chunks_per_doc":3,
		"documents":["a b c d e late","late b c d e late","x"]}`)
	answer := object(t, w.Body)
	warnings := fmt.Sprint(answer["meta"].(map[string]any)["warnings"])
	for _, want := range []string{"1 of 3 documents were not scored and rank last", "1 of 3 documents were scored by some of their passages only"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no %q in %s", want, warnings)
		}
	}
	if answer["scored_documents"] != 1.0 {
		t.Errorf("%v documents scored in full, want 1", answer["scored_documents"])
	}
}

// A cross-encoder of 13 tokens reads [CLS] query [SEP] document [SEP].
func TestPassagesLeaveRoomForTheQueryOfACrossEncoder(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		"q":                       {"1 2 3 4 5 6 7 8 9", "10 11 12"},
		"q q q":                   {"1 2 3 4 5 6 7", "8 9 10 11 12"},
		"q q q q q q q q q q q q": {"1 2 3 4 5", "6 7 8 9 10", "11 12"},
	} {
		p := newPod()
		b := p.backend()
		b.CountTokens = func(text string) int { return len(strings.Fields(text)) + 2 }
		b.Model.MaxTokens, b.Model.CrossEncoder = 13, true
		p.Start(b)
		p.post(t, "/v1/rerank", `{"query":"`+query+`","method":"classical","max_chunks_per_doc":9,"documents":["1 2 3 4 5 6 7 8 9 10 11 12"]}`)
		if diff := cmp.Diff(want, p.ranker.requests[0].Documents); diff != "" {
			t.Errorf("query %q: texts (-want +got)\n%s", query, diff)
		}
	}
}

func TestMaxTokensPerDocumentCutsAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fields string
		want   []string
		cut    string
	}{
		{`"max_tokens_per_doc":2`, []string{"a b", "a b"}, "1"},
		{`"max_tokens_per_doc":99`, []string{"a b", "a b c d e"}, "0"}, // the fake never truncates
		{`"max_tokens_per_doc":null`, []string{"a b", "a b c d e"}, "0"},
		{`"max_tokens_per_doc":4,"max_chunks_per_doc":9`, []string{"a b", "a b c", "d"}, "1"},
		{`"max_chunks_per_doc":9,"overlap_tokens":1`, []string{"a b", "a b c", "c d e"}, "0"},
		{`"max_chunks_per_doc":9,"overlap_tokens":50`, []string{"a b", "a b c", "c d e"}, "0"},
		{`"max_chunks_per_doc":1`, []string{"a b", "a b c d e"}, "0"},
	} {
		p := wordPod()
		w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","documents":["a b","a b c d e"],`+tc.fields+`}`)
		if w.Code != 200 {
			t.Errorf("%s: status %d: %s", tc.fields, w.Code, w.Body)
			continue
		}
		if diff := cmp.Diff(tc.want, p.ranker.requests[0].Documents); diff != "" || w.Header().Get("X-Rerank-Truncated") != tc.cut {
			t.Errorf("%s: %s truncated, want %s; texts (-want +got)\n%s", tc.fields, w.Header().Get("X-Rerank-Truncated"), tc.cut, diff)
		}
	}
}

func TestWhatIsLeftOutIsRefusedUnderTruncateNone(t *testing.T) {
	t.Parallel()
	p := wordPod()
	for fields, status := range map[string]int{
		`"max_tokens_per_doc":2`: 422, `"max_chunks_per_doc":1,"max_tokens_per_doc":2`: 422, `"max_chunks_per_doc":2`: 200, `"max_chunks_per_doc":2,"max_tokens_per_doc":4`: 422,
	} {
		w := p.post(t, "/v1/rerank", `{"query":"q","method":"hybrid","truncate":"none","documents":["a b","a b c d e"],`+fields+`}`)
		if w.Code != status || (status == 422 && !strings.Contains(w.Body.String(), `"code":"text_truncated","field":"documents","pointer":"/documents/1","index":1`)) {
			t.Errorf("%s: status %d, want %d: %s", fields, w.Code, status, w.Body)
		}
	}
}

func TestFieldsForLongDocumentsAreJudged(t *testing.T) {
	t.Parallel()
	p := wordPod()
	for _, tc := range []struct {
		fields string
		native int // status with the native rules
		others int // status with those of Cohere and the rest
	}{
		{`"max_tokens_per_doc":0`, 422, 200},
		{`"max_tokens_per_doc":-1`, 422, 422},
		{`"max_tokens_per_doc":"9"`, 400, 400},
		{`"max_chunks_per_doc":0`, 422, 200},
		{`"overlap_tokens":-1`, 422, 422},
		{`"max_chunks_per_doc":5000`, 200, 200},
		{`"max_chunks_per_doc":5001`, 422, 200},
	} {
		body := `{"query":"q","documents":["a b","a b c d e"],` + tc.fields
		if w := p.post(t, "/v1/rerank", body+`,"method":"hybrid"}`); w.Code != tc.native {
			t.Errorf("%s, native: status %d, want %d: %s", tc.fields, w.Code, tc.native, w.Body)
		}
		if w := p.post(t, "/v1/rerank", body+`}`); w.Code != tc.others {
			t.Errorf("%s, common: status %d, want %d: %s", tc.fields, w.Code, tc.others, w.Body)
		}
	}
}
