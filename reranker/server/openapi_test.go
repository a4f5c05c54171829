// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/openapi"
)

// spec is the OpenAPI file with its schemas compiled on demand.
type spec struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	Paths    map[string]map[string]operation
}

type operation struct {
	RequestBody struct{ Content map[string]media }
	Responses   map[string]struct {
		Ref string `json:"$ref"`
	}
}

type media struct{ Example json.RawMessage }

func readSpec(t *testing.T) *spec {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(openapi.Document))
	if err != nil {
		t.Fatal(err)
	}
	s := &spec{t: t, compiler: jsonschema.NewCompiler()}
	if err := s.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(openapi.Document, s); err != nil {
		t.Fatal(err)
	}
	return s
}

// pointer escapes tokens of a JSON pointer in a URL's fragment.
func pointer(tokens ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	for i := range tokens {
		tokens[i] = escape.Replace(tokens[i])
	}
	return "openapi.json#/" + strings.Join(tokens, "/")
}

// validate checks data against the schema at location.
func (s *spec) validate(location string, data []byte) error {
	schema, err := s.compiler.Compile(location)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return schema.Validate(v)
}

// response checks an answer against what the file says of path.
func (s *spec) response(method, path string, w *httptest.ResponseRecorder) error {
	op := s.Paths[path][strings.ToLower(method)]
	response, ok := op.Responses[strconv.Itoa(w.Code)]
	if !ok {
		return fmt.Errorf("status %d is not documented", w.Code)
	}
	contentType, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil {
		return err
	}
	location := pointer("paths", path, strings.ToLower(method), "responses", strconv.Itoa(w.Code), "content", contentType, "schema")
	if response.Ref != "" {
		name := strings.TrimPrefix(response.Ref, "#/components/responses/")
		location = pointer("components", "responses", name, "content", contentType, "schema")
	}
	body := w.Body.Bytes()
	if !strings.HasSuffix(contentType, "json") {
		// The schema of what is not JSON is that of a string.
		if body, err = json.Marshal(w.Body.String()); err != nil {
			return err
		}
	}
	return s.validate(location, body)
}

func TestTheFileListsEveryRouteAndNoOther(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, r := range routes() {
		want = append(want, r.method+" "+r.path)
	}
	for path, operations := range readSpec(t).Paths {
		for method := range operations {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes of the server (-) and of the file (+)\n%s", diff)
	}
}

func TestTheFileListsEveryCode(t *testing.T) {
	t.Parallel()
	var doc struct {
		Components struct {
			Schemas struct {
				Problem struct {
					Properties struct {
						Code struct{ Enum []string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(openapi.Document, &doc); err != nil {
		t.Fatal(err)
	}
	got := doc.Components.Schemas.Problem.Properties.Code.Enum
	var want []string
	for _, c := range api.Codes() {
		if c != api.CodeClientClosed {
			want = append(want, string(c))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes of the server (-) and of the file (+)\n%s", diff)
	}
}

func TestExamplesAreValidAndAnswered(t *testing.T) {
	t.Parallel()
	s, p := readSpec(t), servingPod()
	tried := 0
	for path, operations := range s.Paths {
		op, ok := operations["post"]
		if !ok {
			continue
		}
		body := op.RequestBody.Content["application/json"].Example
		if err := s.validate(pointer("paths", path, "post", "requestBody", "content", "application/json", "schema"), body); err != nil {
			t.Errorf("%s: the example breaks its schema: %v", path, err)
		}
		url := strings.NewReplacer("{owner}", "o", "{model}", "m").Replace(path)
		for _, change := range []struct {
			body   string
			status int
		}{{string(body), 200}, {`{`, 400}, {`{}`, 0}} {
			w := p.post(t, url, change.body)
			if change.status != 0 && w.Code != change.status {
				t.Errorf("%s: status %d, want %d: %s", path, w.Code, change.status, w.Body)
			}
			if err := s.response(http.MethodPost, path, w); err != nil {
				t.Errorf("%s: status %d: %v\n%s", path, w.Code, err, w.Body)
			}
			tried++
		}
	}
	if tried < 90 {
		t.Errorf("only %d examples tried", tried)
	}
}

func TestGetRoutesAnswerAsTheFileSays(t *testing.T) {
	t.Parallel()
	s := readSpec(t)
	for name, p := range map[string]*pod{"loading": newPod(), "serving": servingPod()} {
		for path, operations := range s.Paths {
			if _, ok := operations["get"]; !ok {
				continue
			}
			w := p.do(t, http.MethodGet, path, "")
			if err := s.response(http.MethodGet, path, w); err != nil {
				t.Errorf("%s: %s: status %d: %v", name, path, w.Code, err)
			}
		}
	}
}

func TestAnswersAndRefusalsAreAsTheFileSays(t *testing.T) {
	t.Parallel()
	s, p := readSpec(t), servingPod()
	for name, tc := range refusals {
		w := p.post(t, "/v1/rerank", tc.body, tc.headers...)
		if err := s.response(http.MethodPost, "/v1/rerank", w); err != nil {
			t.Errorf("%s: %v\n%.300s", name, err, w.Body)
		}
	}
	for _, tc := range shapes {
		if err := s.response(http.MethodPost, tc.path, p.post(t, tc.path, tc.body)); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	for _, err := range []error{
		&rerank.OverloadedError{}, &rerank.TooLargeError{}, &rerank.TruncationError{}, rerank.ErrDeadline,
		&rerank.UnavailableError{}, &rerank.EngineError{Err: context.Canceled},
	} {
		p.ranker.hook = func(context.Context) error { return err }
		for _, path := range []string{"/v1/rerank", "/compat/vllm/rerank", "/compat/cohere/v2/rerank", "/compat/infinity/rerank", "/compat/llamacpp/rerank"} {
			w := p.post(t, path, `{"query":"q","documents":["a"]}`)
			if err := s.response(http.MethodPost, path, w); err != nil {
				t.Errorf("%T on %s: status %d: %v", err, path, w.Code, err)
			}
		}
	}
}
