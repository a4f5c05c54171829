// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
)

const (
	docs = `"documents":["a","xxx","x"]`
	use  = `"usage":{"prompt_tokens":42,"total_tokens":42}`
	id   = "abc-1"
)

// shapes holds, for each dialect's mount, a request and exactly what its
// clients get.
var shapes = []struct{ name, path, body, want string }{
	{
		"cohere v2", "/compat/cohere/v2/rerank", `{"model":"m","query":"q",` + docs + `,"top_n":2,"max_tokens_per_doc":4096,"priority":1}`,
		`{"id":"abc-1","results":[{"index":1,"relevance_score":0.3},{"index":2,"relevance_score":0.1}],` +
			`"meta":{"api_version":{"version":"2"},"billed_units":{"search_units":1},"tokens":{"input_tokens":42,"output_tokens":0},` +
			`"warnings":["priority is not supported and was ignored"]}}`,
	},
	{
		"cohere v1 with objects", "/compat/cohere/v1/rerank",
		`{"model":"m","query":"q","documents":[{"title":"xx","text":"a"},"x"],"rank_fields":["title"],"return_documents":true}`,
		`{"id":"abc-1","results":[{"index":0,"relevance_score":0.2,"document":{"title":"xx","text":"a"}},{"index":1,"relevance_score":0.1,"document":{"text":"x"}}],` +
			`"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":42,"output_tokens":0}}}`,
	},
	{
		"jina", "/compat/jina/v1/rerank", `{"model":"m","query":"q",` + docs + `,"top_n":1}`,
		`{"model":"test-model","object":"list",` + use + `,"results":[{"index":1,"relevance_score":0.3,"document":{"text":"xxx"}}]}`,
	},
	{
		"voyage", "/compat/voyage/v1/rerank", `{"model":"m","query":"q",` + docs + `,"top_k":1,"truncation":true,"return_documents":true}`,
		`{"object":"list","data":[{"index":1,"relevance_score":0.3,"document":"xxx"}],"model":"test-model",` + use + `}`,
	},
	{
		"mixedbread", "/compat/mixedbread/v1/reranking", `{"model":"m","query":"q","input":["a",{"text":"xxx"}],"top_k":9,"return_input":true}`,
		`{` + use + `,"model":"test-model","data":[{"index":1,"score":0.3,"input":{"text":"xxx"},"object":"rank_result"},` +
			`{"index":0,"score":0,"input":"a","object":"rank_result"}],"object":"list","top_k":2,"return_input":true}`,
	},
	{
		"tei", "/compat/tei/rerank", `{"query":"q","texts":["a","xxx"],"return_text":true,"truncate":true,"truncation_direction":"Right"}`,
		`[{"index":1,"score":0.3,"text":"xxx"},{"index":0,"score":0,"text":"a"}]`,
	},
	{
		"infinity", "/compat/infinity/rerank", `{"query":"q",` + docs + `,"top_n":1,"return_documents":true}`,
		`{"object":"rerank","results":[{"relevance_score":0.3,"index":1,"document":"xxx"}],"model":"test-model",` + use + `,"id":"abc-1","created":0}`,
	},
	{
		"vllm with one document and top_n 0", "/compat/vllm/v2/rerank", `{"query":"q","documents":"xx","top_n":0}`,
		`{"id":"abc-1","model":"test-model",` + use + `,"results":[{"index":0,"document":{"text":"xx","multi_modal":null},"relevance_score":0.2}]}`,
	},
	{
		"llama.cpp", "/compat/llamacpp/v1/reranking", `{"query":"q",` + docs + `,"top_n":1}`,
		`{"model":"test-model","object":"list",` + use + `,"results":[{"index":1,"relevance_score":0.3}]}`,
	},
	{
		"llama.cpp with texts", "/compat/llamacpp/rerank", `{"query":"q","texts":["x"]}`,
		`[{"index":0,"score":0.1}]`,
	},
	{
		"nim", "/compat/nim/v1/ranking", `{"model":"m","query":{"text":"q"},"passages":[{"text":"xxxxx"},{"text":"a"}],"truncate":"END"}`,
		`{"rankings":[{"index":0,"logit":0},{"index":1,"logit":-20.72326583594641}],` + use + `}`,
	},
	{
		"xinference", "/compat/xinference/v1/rerank", `{"model":"m","query":"q",` + docs + `,"top_n":1,"return_documents":"true","return_len":true,"max_chunks_per_doc":null,"kwargs":"{}"}`,
		`{"id":"abc-1","results":[{"index":1,"relevance_score":0.3,"document":{"text":"xxx"}}],` +
			`"meta":{"api_version":{"version":"1"},"billed_units":{"search_units":1},"tokens":{"input_tokens":42,"output_tokens":0}}}`,
	},
	{
		"vllm score", "/compat/vllm/v1/score", `{"text_1":"q","text_2":["x","xx"]}`,
		`{"id":"abc-1","object":"list","created":0,"model":"test-model","data":[{"index":0,"object":"score","score":0.1},{"index":1,"object":"score","score":0.2}],` + use + `}`,
	},
	{
		"tei similarity", "/compat/tei/similarity", `{"inputs":{"source_sentence":"q","sentences":["x","xx"]},"parameters":{"truncate":true}}`,
		`[0.1,0.2]`,
	},
}

func TestMountsSpeakExactlyTheirDialect(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for _, tc := range shapes {
		w := p.post(t, tc.path, tc.body, "X-Request-ID", id)
		if diff := cmp.Diff(fmt.Sprint(200, " ", tc.want), fmt.Sprint(w.Code, " ", steady(w.Body.String()))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tc.name, diff)
		}
	}
}

func TestWhatABareListCannotSayIsInTheHeaders(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for body, want := range map[string]string{
		`{"query":"q","texts":["a","x"],"truncate":"END"}`:               "0",
		`{"query":"q","texts":["a","x"],"truncate":"START"}`:             "1",
		`{"query":"q","texts":["a","x"],"truncation_direction":"Right"}`: "0",
		`{"query":"q","texts":["a","x"],"truncation_direction":"left"}`:  "1",
		`{"query":"q","texts":["a"," "],"truncation_direction":"Left"}`:  "2",
	} {
		w := p.post(t, "/compat/tei/rerank", body)
		if got := w.Header().Get("X-Rerank-Warnings"); w.Code != http.StatusOK || got != want {
			t.Errorf("%s: status %d, %s warnings, want %s", body, w.Code, got, want)
		}
	}
	for parameters, want := range map[string]string{
		`null`: "0", `7`: "1", `{}`: "0", `{"truncate":true,"truncation_direction":"Right","prompt_name":null}`: "0",
		`{"truncate":null}`: "0", `{"truncate":false}`: "1", `{"truncation_direction":"left"}`: "1",
		`{"truncate":false,"prompt_name":"query","kind":1}`: "3",
	} {
		w := p.post(t, "/compat/tei/similarity", `{"inputs":{"source_sentence":"q","sentences":["x"]},"parameters":`+parameters+`}`)
		if got := w.Header().Get("X-Rerank-Warnings"); w.Code != http.StatusOK || got != want {
			t.Errorf("%s: status %d, %s warnings, want %s", parameters, w.Code, got, want)
		}
	}
}

// A violation points to where the text stands in the body that was sent.
func TestATruncationIsBlamedOnTheKeyOfTheDialect(t *testing.T) {
	t.Parallel()
	p := servingPod()
	p.ranker.hook = func(context.Context) error { return &rerank.TruncationError{Index: 1, Tokens: 300, Limit: 256} }
	for path, body := range map[string]string{
		"/rerank":             `{"query":"q","texts":["a","x"],"truncate":false}`,
		"/v1/reranking":       `{"query":"q","input":["a","x"],"model":"m"}`,
		"/v1/ranking":         `{"query":{"text":"q"},"passages":[{"text":"a"},{"text":"x"}],"truncate":"NONE"}`,
		"/v1/rerank":          `{"query":"q","documents":["a","x"],"truncate":"none"}`,
		"/compat/vllm/rerank": `{"query":"q","documents":["a","x"]}`,
	} {
		key := regexp.MustCompile(`"(texts|input|passages|documents)":`).FindStringSubmatch(body)[1]
		w := p.post(t, path, body)
		if got := w.Body.String(); !strings.Contains(got, `"pointer":"/`+key+`/1"`) && !strings.Contains(got, `"param":"`+key+`"`) {
			t.Errorf("%s: status %d, %s", path, w.Code, got)
		}
	}
}

// TestTheCommonFormServesVoyagesClientsToo is for those that send neither
// top_k nor truncation, which looks like everybody's request.
func TestTheCommonFormServesVoyagesClientsToo(t *testing.T) {
	t.Parallel()
	body := object(t, servingPod().post(t, "/v1/rerank", `{"model":"m","query":"q",`+docs+`}`).Body)
	want := "[map[index:1 relevance_score:0.3] map[index:2 relevance_score:0.1] map[index:0 relevance_score:0]]"
	if got := fmt.Sprint(body["data"]); got != want {
		t.Errorf("data is %s, want %s", got, want)
	}
}

func TestMountsHaveTheirDialectsErrors(t *testing.T) {
	t.Parallel()
	const message = "query cannot be empty"
	tests := []struct{ path, body, want string }{
		{"/compat/cohere/v2/rerank", `{"query":"",` + docs + `}`, `422 {"id":"abc-1","message":"` + message + `"}`},
		{"/compat/jina/v1/rerank", `{"query":"",` + docs + `}`, `422 {"detail":"` + message + `"}`},
		{"/compat/voyage/v1/rerank", `{"query":"",` + docs + `}`, `422 {"detail":"` + message + `"}`},
		{"/compat/xinference/v1/rerank", `{"query":"",` + docs + `}`, `422 {"detail":"` + message + `"}`},
		{"/compat/mixedbread/v1/reranking", `{"query":"","input":["a"]}`, `422 {"message":"` + message + `","type":"query_empty"}`},
		{"/compat/tei/rerank", `{"query":"","texts":["a"]}`, `422 {"error":"` + message + `","error_type":"Validation"}`},
		{"/compat/tei/rerank", `{"query":"q","texts":[]}`, `422 {"error":"texts list cannot be empty","error_type":"Empty"}`},
		{"/compat/infinity/rerank", `{"query":"",` + docs + `}`, `422 {"detail":[{"loc":["body","query"],"msg":"` + message + `","type":"query_empty"}]}`},
		{"/compat/infinity/rerank", `{`, `400 {"error":{"message":"invalid JSON: the body ends inside a value at byte 1","type":"invalid_json","param":null,"code":400}}`},
		{"/compat/vllm/rerank", `{"query":"",` + docs + `}`, `400 {"error":{"message":"` + message + `","type":"BadRequestError","param":"query","code":400}}`},
		{"/compat/vllm/score", `{"text_1":"a"}`, `400 {"error":{"message":"text_2 is required","type":"BadRequestError","param":"text_2","code":400}}`},
		{"/compat/llamacpp/rerank", `{"query":"",` + docs + `}`, `400 {"error":{"code":400,"message":"` + message + `","type":"invalid_request_error"}}`},
		{"/compat/nim/v1/ranking", `{"query":{"text":""},"passages":[{"text":"a"}]}`, `422 {"object":"error","message":"` + message + `","detail":"` + message + `","type":"query_empty","code":422}`},
		{"/compat/nim/v1/ranking", `{"query":{"text":"q"},"documents":["a"]}`, `422 {"object":"error","message":"passages is required","detail":"passages is required","type":"field_required","code":422}`},
	}
	p := servingPod()
	for _, tc := range tests {
		w := p.post(t, tc.path, tc.body, "X-Request-ID", id)
		if diff := cmp.Diff(tc.want, fmt.Sprint(w.Code, " ", strings.TrimSpace(w.Body.String()))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tc.path, diff)
		}
	}
}

func TestAFailureOfTheModelIs424OnTheMountOfTEIOnly(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{"/compat/tei/rerank": 424, "/rerank": 500} {
		p := servingPod()
		p.ranker.hook = func(context.Context) error { panic("kernel") }
		if w := p.post(t, path, `{"query":"q","texts":["a"]}`); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
		if line := p.log.String(); strings.Count(line, `"level":"ERROR"`) != 1 {
			t.Errorf("%s: want one error in the log: %s", path, line)
		}
	}
}

// TestUnionRoutesChooseTheDialect follows the rules of detect.go one by one.
func TestUnionRoutesChooseTheDialect(t *testing.T) {
	t.Parallel()
	tests := []struct{ path, body, want string }{
		{"/v1/rerank", `{"query":"q",` + docs + `}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"top_k":2}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"return_documents":true}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"whatever":1}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"model":"m","method":"hybrid"}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"model":"m","method":null,"truncation":true}`, "native"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"model":"m"}`, "common"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"top_n":null}`, "common"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"kwargs":"{}"}`, "common"},
		{"/v1/rerank", `{"query":"q","documents":[{"text":"a"}]}`, "common"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"model":"m","top_k":1}`, "voyage"},
		{"/v1/rerank", `{"query":"q",` + docs + `,"truncation":false}`, "voyage"},
		{"/v1/rerank", `{"query":"q","texts":["a"],"method":"hybrid"}`, "tei"},
		{"/v2/rerank", `{"query":"q",` + docs + `}`, "cohere"},
		{"/rerank", `{"query":"q",` + docs + `,"top_k":1}`, "common"},
		{"/rerank", `{"query":"q",` + docs + `,"method":"hybrid"}`, "native"},
		{"/rerank", `{"query":"q","texts":["a"]}`, "tei"},
		{"/reranking", `{"query":"q",` + docs + `}`, "common"},
		{"/v1/reranking", `{"query":"q","input":["a"]}`, "mixedbread"},
		{"/v1/reranking", `{"query":"q",` + docs + `}`, "common"},
		{"/v1/ranking", `{"query":{"text":"q"},"passages":[{"text":"a"}]}`, "nim"},
		{"/v1/retrieval/m/reranking", `{"query":{"text":"q"},"passages":[{"text":"a"}]}`, "nim"},
		{"/v1/retrieval/nvidia/m/reranking", `{"query":{"text":"q"},"passages":[{"text":"a"}]}`, "nim"},
	}
	for _, tc := range tests {
		p := servingPod()
		w := p.post(t, tc.path, tc.body)
		if !strings.Contains(p.log.String(), fmt.Sprintf(`"dialect":%q`, tc.want)) || w.Code != http.StatusOK {
			t.Errorf("%s %s: status %d, want dialect %s; log %s", tc.path, tc.body, w.Code, tc.want, p.log)
		}
	}
}

func TestForeignDialectsClampAndKeepBlanks(t *testing.T) {
	t.Parallel()
	p := servingPod()
	bodies := map[string]string{
		"documents": `{"model":"m","query":"q","documents":["x",""," "],"top_n":10,"top_k":10}`,
		"texts":     `{"query":"q","texts":["x",""," "],"top_n":10}`,
		"input":     `{"model":"m","query":"q","input":["x",""," "],"top_k":10}`,
		"passages":  `{"query":{"text":"q"},"passages":[{"text":"x"},{"text":""},{"text":" "}],"top_k":10}`,
	}
	for _, e := range dialect.Endpoints {
		body := bodies[e.Fallback.DocumentKeys[0]]
		path := strings.NewReplacer("{owner}", "o", "{model}", "m").Replace(e.Path)
		w := p.post(t, path, body)
		if n := strings.Count(w.Body.String(), `"index":`); w.Code != http.StatusOK || n < 3 {
			t.Errorf("%s: status %d, %d results: %s", path, w.Code, n, w.Body)
		}
	}
	w := p.post(t, "/v1/rerank", bodies["documents"])
	if !strings.Contains(w.Body.String(), `"warnings":["document 1 is blank and ranks last","document 2 is blank and ranks last"]`) {
		t.Errorf("no warnings: %s", w.Body)
	}
}

// Most answers have no place for either; a text that was read in part only must
// not look like one that was read.
func TestEveryDialectTellsTruncationsAndWarningsInHeaders(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for path, body := range map[string]string{
		"/compat/tei/rerank":     `{"query":"q","texts":["x","endless","endless "],"instruction":"be kind"}`,
		"/v1/similarity":         `{"text_1":"q","text_2":["x","endless","endless "],"truncate":"none"}`,
		"/compat/vllm/v1/score":  `{"text_1":"q","text_2":["x","endless","endless "],"priority":1}`,
		"/compat/tei/similarity": `{"inputs":{"source_sentence":"q","sentences":["x","endless","endless "],"kind":1}}`,
	} {
		h := p.post(t, path, body).Header()
		warnings := h.Get("X-Rerank-Warnings")
		if h.Get("X-Rerank-Truncated") != "2" || warnings == "" || warnings == "0" {
			t.Errorf("%s: %q truncated, %q warnings", path, h.Get("X-Rerank-Truncated"), warnings)
		}
	}
}

func TestVoyagesListStandsBesideOurs(t *testing.T) {
	t.Parallel()
	w := servingPod().post(t, "/v1/rerank", `{"model":"m","query":"q",`+docs+`,"top_k":1}`)
	body := object(t, w.Body)
	for _, list := range []string{"results", "data"} {
		if l, _ := body[list].([]any); len(l) != 1 {
			t.Errorf("%s: %v", list, body[list])
		}
	}
}

func TestRawScoresAreLogits(t *testing.T) {
	t.Parallel()
	w := servingPod().post(t, "/rerank", `{"query":"q","texts":["xxxxx","xxxxxxxxxx"],"raw_scores":true}`)
	if got, want := strings.TrimSpace(w.Body.String()), `[{"index":1,"score":20.72326`; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want prefix %s", got, want)
	}
}

func TestNativeRequestsDoNotObeyOtherDialects(t *testing.T) {
	t.Parallel()
	p := servingPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","documents":["xxx"],"method":"hybrid","raw_scores":true,"truncation":false,"return_text":false,"return_len":true}`)
	body := w.Body.String()
	for _, want := range []string{`"relevance_score":0.3`, `"document":{"text":"xxx"}`, `key \"raw_scores\" belongs to another dialect`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if strings.Contains(body, `"usage":{"prompt_tokens":42,"total_tokens":42},"tokens"`) || p.ranker.requests[0].TruncateNone {
		t.Errorf("a foreign key was obeyed: %s", body)
	}
}
