// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// volatile are the members of answers that differ from run to run.
var volatile = regexp.MustCompile(`"(processing_time_ms|created|timestamp)":[0-9.e+-]+`)

func steady(body string) string { return strings.TrimSpace(volatile.ReplaceAllString(body, `"$1":0`)) }

func TestNativeAnswerHasThePromisedShape(t *testing.T) {
	t.Parallel()
	w := servingPod().post(t, "/v1/rerank",
		`{"query":" q ","documents":["a","xxx"," x "],"method":"classical","top_k":2}`, "X-Request-ID", "abc-1")
	want := `{"id":"abc-1","object":"rerank","model":"test-model","created":0,"results":[` +
		`{"index":1,"relevance_score":0.3,"rank":1,"document":{"text":"xxx"},"metadata":{"classical_score":0.3,"quantum_score":0.3,"stage":"encoded"},"truncated":false},` +
		`{"index":2,"relevance_score":0.1,"rank":2,"document":{"text":"x"},"metadata":{"classical_score":0.1,"quantum_score":0.1,"stage":"encoded"},"truncated":false}],` +
		`"method":"classical","method_used":"classical","degraded":false,"scored_documents":3,"cache_hits":0,` +
		`"usage":{"prompt_tokens":42,"total_tokens":42},` +
		`"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":42,"output_tokens":0}},` +
		`"processing_time_ms":0,"request_id":"abc-1"}`
	if diff := cmp.Diff(want, steady(w.Body.String())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	t.Parallel()
	w := servingPod().post(t, "/v1/rerank", `{"query":"q","documents":["a"],"return_documents":false}`, "X-Request-ID", "abc-1")
	h := w.Header()
	for name, want := range map[string]string{
		"X-Request-ID": "^abc-1$", "X-Processing-Time": `^\d+\.\d{3}$`, "Content-Type": "^application/json$",
		"X-Rerank-Method-Used": "^hybrid$", "X-Rerank-Degraded": "^false$", "Cache-Control": "^no-store$",
		"Server-Timing": `^decode;dur=[\d.]+, validate;dur=[\d.]+, encode;dur=2\.000, render;dur=[\d.]+, total;dur=[\d.]+$`,
	} {
		if !regexp.MustCompile(want).MatchString(h.Get(name)) {
			t.Errorf("%s: %q does not match %s", name, h.Get(name), want)
		}
	}
	if strings.Contains(w.Body.String(), `"document"`) {
		t.Errorf("documents returned against the caller's wish: %s", w.Body)
	}
}

func TestRequestIDsAreEchoedOrMade(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for sent, echoed := range map[string]bool{
		"a": true, "0af7651916cd43dd8448eb211c80319c": true, "svc:1.2_3~x@y+z=": true,
		"": false, "has space": false, "semi;colon": false, "quote\"": false, "slash/": false, strings.Repeat("a", 129): false,
		"non\u00e9ascii": false,
	} {
		got := p.do(t, http.MethodGet, "/health/live", "", "X-Request-ID", sent).Header().Get("X-Request-ID")
		if echoed && got != sent {
			t.Errorf("%q became %q", sent, got)
		}
		if !echoed && !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(got) {
			t.Errorf("%q became %q, want 32 hexadecimal digits", sent, got)
		}
	}
}

// refusals is every way in which a native request can be wrong.
var refusals = map[string]struct {
	body    string
	headers []string
	status  int
	code    string
	field   string // "field@index limit value" of the first error
}{
	"no body":                     {body: "", headers: []string{"Content-Type", "application/json"}, status: 400, code: "invalid_json"},
	"not JSON":                    {body: "query=q", status: 400, code: "invalid_json"},
	"half a body":                 {body: `{"query":"q","doc`, status: 400, code: "invalid_json"},
	"an array":                    {body: `[]`, status: 400, code: "wrong_type"},
	"trailing data":               {body: `{"query":"q","documents":["a"]} {}`, status: 400, code: "invalid_json"},
	"duplicate key":               {body: `{"query":"q","documents":["a"],"query":"r"}`, status: 400, code: "duplicate_key"},
	"invalid UTF-8":               {body: "{\"query\":\"\xff\",\"documents\":[\"a\"]}", status: 400, code: "invalid_utf8", field: "query  "},
	"unpaired surrogate":          {body: `{"query":"q","documents":["a","\ud800"]}`, status: 400, code: "invalid_utf8", field: "documents@1  "},
	"too deep":                    {body: `{"query":"q","documents":["a"],"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, status: 400, code: "too_deep", field: "x@0  "},
	"key in capitals":             {body: `{"Query":"q","documents":["a"]}`, status: 400, code: "misspelled_key", field: "Query query Query"},
	"key in camel case":           {body: `{"query":"q","documents":["a"],"topK":1}`, status: 400, code: "misspelled_key", field: "topK top_k topK"},
	"query is a number":           {body: `{"query":1,"documents":["a"]}`, status: 400, code: "wrong_type", field: "query string number"},
	"query is null":               {body: `{"query":null,"documents":["a"]}`, status: 400, code: "wrong_type", field: "query string null"},
	"documents is a string":       {body: `{"query":"q","documents":"a"}`, status: 400, code: "wrong_type", field: "documents array string"},
	"documents is null":           {body: `{"query":"q","documents":null}`, status: 400, code: "wrong_type", field: "documents array null"},
	"a document is a number":      {body: `{"query":"q","documents":["a",2]}`, status: 400, code: "wrong_type", field: "documents@1 string number"},
	"a document is null":          {body: `{"query":"q","documents":["a",null]}`, status: 400, code: "wrong_type", field: "documents@1 string null"},
	"a document is an object":     {body: `{"query":"q","documents":["a",{"text":"b"}],"method":"hybrid"}`, status: 400, code: "wrong_type", field: "documents@1 string object"},
	"priors are a number":         {body: `{"query":"q","documents":["a"],"priors":1}`, status: 400, code: "wrong_type", field: "priors array number"},
	"a prior is a string":         {body: `{"query":"q","documents":["a","b"],"priors":[1,"2"]}`, status: 400, code: "wrong_type", field: "priors@1 number string"},
	"too few priors":              {body: `{"query":"q","documents":["a","b"],"priors":[1]}`, status: 422, code: "value_invalid", field: "priors 2 1"},
	"no priors in a list":         {body: `{"query":"q","documents":["a"],"priors":[]}`, status: 422, code: "value_invalid", field: "priors 1 0"},
	"a prior below zero":          {body: `{"query":"q","documents":["a","b"],"priors":[1,-0.5]}`, status: 422, code: "value_invalid", field: "priors@1 0 -0.5"},
	"method is a number":          {body: `{"query":"q","documents":["a"],"method":1}`, status: 400, code: "wrong_type", field: "method string number"},
	"top_k is a string":           {body: `{"query":"q","documents":["a"],"top_k":"1"}`, status: 400, code: "wrong_type", field: "top_k integer string"},
	"top_k has a fraction":        {body: `{"query":"q","documents":["a"],"top_k":1.0}`, status: 400, code: "wrong_type", field: "top_k integer number with a fraction or exponent"},
	"return_documents is a word":  {body: `{"query":"q","documents":["a"],"return_documents":"true"}`, status: 400, code: "wrong_type", field: "return_documents boolean string"},
	"no query":                    {body: `{"documents":["a"]}`, status: 422, code: "field_required", field: "query  "},
	"no documents":                {body: `{"query":"q"}`, status: 422, code: "field_required", field: "documents  "},
	"blank query":                 {body: `{"query":" \u001c\u3000","documents":["a"]}`, status: 422, code: "query_empty", field: "query 1 0"},
	"query too long":              {body: `{"query":"` + strings.Repeat("é", 10_001) + `","documents":["a"]}`, status: 422, code: "query_too_long", field: "query 10000 10001"},
	"empty documents":             {body: `{"query":"q","documents":[]}`, status: 422, code: "documents_empty", field: "documents 1 0"},
	"1001 documents":              {body: `{"query":"q","documents":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`, status: 422, code: "documents_too_many", field: "documents 1000 1001"},
	"an endless list":             {body: `{"query":"q","documents":["a"` + strings.Repeat(`,"a"`, 1000) + `, and then garbage`, status: 422, code: "documents_too_many", field: "documents 1000 1001"},
	"blank document":              {body: `{"query":"q","documents":["a","\t"]}`, status: 422, code: "document_empty", field: "documents@1 1 0"},
	"document too long":           {body: `{"query":"q","documents":["a","` + strings.Repeat("😀", 50_001) + `"]}`, status: 422, code: "document_too_long", field: "documents@1 50000 50001"},
	"unknown method":              {body: `{"query":"q","documents":["a"],"method":"magic"}`, status: 422, code: "method_invalid", field: "method [classical quantum hybrid] magic"},
	"top_k zero":                  {body: `{"query":"q","documents":["a"],"top_k":0}`, status: 422, code: "top_k_too_small", field: "top_k 1 0"},
	"top_k too large":             {body: `{"query":"q","documents":["a"],"top_k":2}`, status: 422, code: "top_k_too_large", field: "top_k 1 2"},
	"top_k beyond every integer":  {body: `{"query":"q","documents":["a"],"top_k":99999999999999999999}`, status: 422, code: "top_k_too_large", field: "top_k 1 9.223372036854776e+18"},
	"top_k and top_n differ":      {body: `{"query":"q","documents":["a","b"],"method":"hybrid","top_k":1,"top_n":2}`, status: 422, code: "field_conflict", field: "top_n 1 2"},
	"truncate is unknown":         {body: `{"query":"q","documents":["a"],"truncate":"left"}`, status: 422, code: "value_invalid", field: "truncate [none end] "},
	"no content type":             {body: `{}`, headers: []string{"Content-Type", ""}, status: 415, code: "unsupported_media_type"},
	"a form":                      {body: `{}`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: "unsupported_media_type"},
	"another charset":             {body: `{}`, headers: []string{"Content-Type", "application/json; charset=latin1"}, status: 415, code: "unsupported_media_type"},
	"another encoding":            {body: `{}`, headers: []string{"Content-Encoding", "br"}, status: 415, code: "unsupported_encoding"},
	"not gzip":                    {body: `{"query":"q","documents":["a"]}`, headers: []string{"Content-Encoding", "gzip"}, status: 400, code: "invalid_json"},
	"a timeout that is no number": {body: `{}`, headers: []string{"Request-Timeout-Ms", "soon"}, status: 400, code: "invalid_header"},
	"a timeout of zero":           {body: `{}`, headers: []string{"X-Request-Timeout", "0"}, status: 400, code: "invalid_header"},
	"a timeout that is NaN":       {body: `{}`, headers: []string{"X-Request-Timeout", "NaN"}, status: 400, code: "invalid_header"},
	"an unknown policy":           {body: `{}`, headers: []string{"X-Rerank-Degradation", "always"}, status: 400, code: "invalid_header"},
}

func TestRefusalsNameFieldIndexLimitAndValue(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			w := p.post(t, "/v1/rerank", tc.body, append([]string{"X-Request-ID", "abc-1"}, tc.headers...)...)
			body := object(t, w.Body)
			if w.Code != tc.status || body["code"] != tc.code {
				t.Fatalf("status %d code %v, want %d %s; body %v", w.Code, body["code"], tc.status, tc.code, body)
			}
			if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("Content-Type %q", got)
			}
			for _, member := range []string{"error", "message", "processing_time_ms", "type", "title", "detail", "instance"} {
				if body[member] == nil {
					t.Errorf("%s is missing in %v", member, body)
				}
			}
			if body["request_id"] != "abc-1" || body["status"] != float64(tc.status) || body["message"] != body["detail"] || body["error"] != body["title"] {
				t.Errorf("members disagree: %v", body)
			}
			if got := firstError(body); got != tc.field {
				t.Errorf("first error is %q, want %q", got, tc.field)
			}
		})
	}
	if n := len(p.ranker.requests); n != 0 {
		t.Errorf("%d refused requests reached the ranker", n)
	}
}

func firstError(body map[string]any) string {
	list, _ := body["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	e, _ := list[0].(map[string]any)
	index := ""
	if e["index"] != nil {
		index = fmt.Sprintf("@%v", e["index"])
	}
	show := func(v any) any {
		if v == nil {
			return ""
		}
		return v
	}
	return fmt.Sprintf("%v%s %v %v", e["field"], index, show(e["limit"]), show(e["value"]))
}

func TestTextsOfCallersNeverAppearInProblemsOrLogs(t *testing.T) {
	t.Parallel()
	p := servingPod()
	const secret = "Xanadu"
	for _, body := range []string{
		`{"query":"` + secret + `","documents":["` + secret + `",""]}`,
		`{"query":"` + secret + `","documents":["` + secret + `"],"top_k":7}`,
		`{"query":"` + secret + `","documents":["` + secret + `\ud800"]}`,
		`{"query":"` + secret + strings.Repeat("y", 10_000) + `","documents":["` + secret + `"]}`,
		`{"query":"` + secret + `","documents":["` + secret + `"]`,
	} {
		w := p.post(t, "/v1/rerank", body)
		if w.Code < 400 || strings.Contains(w.Body.String(), secret) {
			t.Errorf("status %d, body %s", w.Code, w.Body)
		}
	}
	p.post(t, "/v1/rerank", `{"query":"`+secret+`","documents":["`+secret+`"]}`)
	if log := p.log.String(); strings.Contains(log, secret) || strings.Count(log, "\n") != 6 {
		t.Errorf("log:\n%s", log)
	}
}

func TestUnknownKeysAreIgnoredWithAWarning(t *testing.T) {
	t.Parallel()
	body := object(t, servingPod().post(t, "/v1/rerank",
		`{"query":"q","documents":["a"],"method":"hybrid","user_context":{"a":[1]},"top_n":1,"kwargs":"{}"}`).Body)
	meta, _ := body["meta"].(map[string]any)
	want := []any{`unknown key "user_context" was ignored`, `key "kwargs" belongs to another dialect and was ignored`}
	if diff := cmp.Diff(any(want), meta["warnings"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNullMeansAbsentForOptionals(t *testing.T) {
	t.Parallel()
	p := servingPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","documents":["a"],"method":null,"top_k":null,"top_n":null,"return_documents":null,"truncate":null,"model":null}`)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if got := p.ranker.requests[0].Method; got != "" {
		t.Errorf("method %q, want the default", got)
	}
}

func zip(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func TestGzipIsReadAndBounded(t *testing.T) {
	t.Parallel()
	p := servingPod(func(o *Options) { o.Settings.Limits.MaxBodyBytes = 10_000 })
	w := p.post(t, "/v1/rerank", zip(`{"query":"q","documents":["a"]}`), "Content-Encoding", "gzip")
	if w.Code != http.StatusOK {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	bomb := zip(`{"query":"q","documents":["` + strings.Repeat("a", 20_000) + `"]}`)
	if len(bomb) > 1000 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	w = p.post(t, "/v1/rerank", bomb, "Content-Encoding", "gzip")
	if body := object(t, w.Body); w.Code != http.StatusRequestEntityTooLarge || body["code"] != "body_too_large" {
		t.Errorf("bomb: status %d, code %v", w.Code, body["code"])
	}
	w = p.post(t, "/v1/rerank", zip(`{"query":"q","documents":["a"]}`)[:30], "Content-Encoding", "gzip")
	if w.Code != http.StatusBadRequest {
		t.Errorf("cut gzip: status %d: %s", w.Code, w.Body)
	}
}

func TestBodiesBeyondTheLimitAre413(t *testing.T) {
	t.Parallel()
	p := servingPod(func(o *Options) { o.Settings.Limits.MaxBodyBytes = 100 })
	long := `{"query":"q","documents":["` + strings.Repeat("a", 100) + `"]}`
	for name, headers := range map[string][]string{"announced": nil, "chunked": {"X-Chunked", "1"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, long)
			if headers != nil {
				r.ContentLength = -1
			}
			w := p.serveRequest(r)
			if body := object(t, w.Body); w.Code != http.StatusRequestEntityTooLarge || body["message"] != "the body is larger than 100 bytes" {
				t.Errorf("status %d: %v", w.Code, body)
			}
		})
	}
}

func TestTheCallersDeadlineAndPolicyReachTheRanker(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	p := servingPod(func(o *Options) { o.Now = func() time.Time { return now } })
	tests := []struct {
		headers []string
		want    time.Duration // 0 for no wish
		policy  rerank.Policy
	}{
		{nil, 0, ""},
		{[]string{"Request-Timeout-Ms", "250"}, 250 * time.Millisecond, ""},
		{[]string{"X-Request-Timeout", "1.5"}, 1500 * time.Millisecond, ""},
		{[]string{"X-Request-Timeout", "300ms", "Request-Timeout-Ms", "700"}, 300 * time.Millisecond, ""},
		{[]string{"X-Request-Timeout", "1h"}, 10 * time.Second, ""},
		{[]string{"Request-Timeout-Ms", "99999999999999"}, 10 * time.Second, "Never"},
	}
	for i, tc := range tests {
		headers := tc.headers
		if tc.policy != "" {
			headers = append(headers, "X-Rerank-Degradation", string(tc.policy))
		}
		p.ranker.requests = nil
		// The clock stands still, so that the context has ended long ago for
		// the real one: only what reaches the ranker counts here.
		p.post(t, "/v1/rerank", `{"query":"q","documents":["a"]}`, headers...)
		got := p.ranker.requests[0]
		var want time.Time
		if tc.want > 0 {
			want = now.Add(tc.want)
		}
		if !got.Deadline.Equal(want) || got.Degradation != tc.policy {
			t.Errorf("row %d: deadline %v policy %q, want %v %q", i, got.Deadline, got.Degradation, want, tc.policy)
		}
	}
}

func TestMethodsOfHTTP(t *testing.T) {
	t.Parallel()
	p := servingPod()
	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/v1/rerank", 405, "POST, OPTIONS"},
		{http.MethodPut, "/v1/rerank", 405, "POST, OPTIONS"},
		{http.MethodHead, "/v1/rerank", 405, "POST, OPTIONS"},
		{http.MethodPost, "/health", 405, "GET, HEAD, OPTIONS"},
		{http.MethodOptions, "/v1/rerank", 204, "POST, OPTIONS"},
		{http.MethodOptions, "/health", 204, "GET, HEAD, OPTIONS"},
		{http.MethodHead, "/health", 200, ""},
		{http.MethodGet, "/nowhere", 404, ""},
		{http.MethodPost, "/v1/rerank/", 404, ""},
		{http.MethodGet, "/v1/unknown", 404, ""},
		{http.MethodGet, "//health///live", 200, ""},
	}
	for _, tc := range tests {
		w := p.do(t, tc.method, tc.path, "")
		if w.Code != tc.status || w.Header().Get("Allow") != tc.allow {
			t.Errorf("%s %s: status %d, Allow %q; want %d %q", tc.method, tc.path, w.Code, w.Header().Get("Allow"), tc.status, tc.allow)
		}
		if tc.status >= 400 {
			if body := object(t, w.Body); body["error"] == "" || body["request_id"] == "" {
				t.Errorf("%s %s: body %v", tc.method, tc.path, body)
			}
		}
	}
}

func TestSimilarity(t *testing.T) {
	t.Parallel()
	p := servingPod()
	w := p.post(t, "/v1/similarity", `{"text_1":"a","text_2":"xx","method":"quantum"}`, "X-Request-ID", "abc-1")
	want := `{"id":"abc-1","object":"list","created":0,"model":"test-model",` +
		`"data":[{"index":0,"object":"score","score":0.2,"metadata":{"classical_score":0.2,"quantum_score":0.2}}],` +
		`"usage":{"prompt_tokens":42,"total_tokens":42},"similarity":0.2,"method":"quantum","method_used":"quantum",` +
		`"degraded":false,"processing_time_ms":0,"request_id":"abc-1"}`
	if diff := cmp.Diff(want, steady(w.Body.String())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if w := p.post(t, "/v1/similarity", `{"text_1":"a","text_2":"x","truncate":"none"}`); !strings.Contains(w.Body.String(), `"warnings":["key \"truncate\" was ignored"]`) {
		t.Errorf("no warning: %s", w.Body)
	}
	for body, want := range map[string]string{
		`{"text1":"a","text2":["x","xx"]}`:             "[0.1 0.2]",
		`{"text_1":["a","b"],"text_2":["x","xx"]}`:     "[0.1 0.2]",
		`{"text_1":["a","b"],"text_2":["x"]}`:          "pairs_mismatch text_2 2 1",
		`{"text_1":"a"}`:                               "field_required text_2  ",
		`{"text_1":"a","text_2":[]}`:                   "texts_empty text_2 1 0",
		`{"text_1":"a","text_2":["x"," "]}`:            "text_empty text_2@1 1 0",
		`{"text_1":" ","text_2":"x"}`:                  "text_empty text_1 1 0",
		`{"text_1":"a","text_2":"x","method":"magic"}`: "method_invalid method [classical quantum hybrid] magic",
		`{"text_1":"a","text_2":7}`:                    "wrong_type text_2 string number",
		`{"text_1":"a","text1":"b","text_2":"x"}`:      "field_conflict text1  ",
	} {
		w := p.post(t, "/v1/similarity", body)
		v := object(t, w.Body)
		var got string
		if w.Code == http.StatusOK {
			var scores []float64
			list, _ := v["data"].([]any)
			for _, d := range list {
				m, _ := d.(map[string]any)
				s, _ := m["score"].(float64)
				scores = append(scores, s)
			}
			got = fmt.Sprint(scores)
		} else {
			got = fmt.Sprintf("%v %s", v["code"], firstError(v))
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", body, got, want)
		}
	}
}

func TestModelsAndInfo(t *testing.T) {
	t.Parallel()
	p := servingPod()
	var list struct{ Data []struct{ ID string } }
	if err := json.Unmarshal(p.do(t, http.MethodGet, "/v1/models", "").Body.Bytes(), &list); err != nil || len(list.Data) != 1 || list.Data[0].ID != "test-model" {
		t.Errorf("models: %v %v", list, err)
	}
	info := object(t, p.do(t, http.MethodGet, "/info", "").Body)
	for key, want := range map[string]any{
		"model_id": "test-model", "model_sha": "sha256:00", "max_client_batch_size": 1000.0, "max_input_length": 256.0,
		"version": "v0.0.0-test", "auth": false,
		"warnings": []any{"authentication is off: everybody who reaches this port may use it"},
	} {
		if diff := cmp.Diff(want, info[key]); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", key, diff)
		}
	}
}

// The target and the timeout of a request count from its arrival, not from when
// its body has been read.
func TestTheRankerIsToldWhenARequestArrived(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	p := servingPod(func(o *Options) {
		o.Now = func() time.Time { clock = clock.Add(time.Second); return clock }
	})
	begun := clock
	p.post(t, "/v1/rerank", `{"query":"q","documents":["a"]}`)
	if got := p.ranker.requests[0].Arrived.Sub(begun); got != time.Second {
		t.Errorf("a rerank arrived %v after the start, want the first time that was read", got)
	}
	begun = clock
	p.post(t, "/v1/similarity", `{"text_1":"q","text_2":["a"]}`)
	if got := p.ranker.pairs[0].Arrived.Sub(begun); got != time.Second {
		t.Errorf("a similarity arrived %v after the start, want the first time that was read", got)
	}
}
