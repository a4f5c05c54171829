// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// The name stands in metrics, and the key in what a caller is told of top_k.
func TestEveryMountSpeaksTheDialectOfItsPath(t *testing.T) {
	t.Parallel()
	topK := map[string]string{"voyage": "top_k", "mixedbread": "top_k", "nim": "top_k"}
	for _, e := range Endpoints {
		for _, name := range e.Dialects() {
			if !slices.Contains(Names, name) {
				t.Errorf("%s: metrics know no dialect %q", e.Path, name)
			}
		}
		rest, compat := strings.CutPrefix(e.Path, "/compat/")
		if !compat {
			continue
		}
		name, _, _ := strings.Cut(rest, "/")
		key := topK[name]
		if key == "" {
			key = "top_n"
		}
		if d := e.Fallback; d.Name != name || d.TopKey != key || d.RenderError == nil {
			t.Errorf("%s: dialect %q with key %q, want %q with %q", e.Path, d.Name, d.TopKey, name, key)
		}
	}
	for path, want := range map[string][2]string{
		"/v1/rerank": {"native", "top_k"}, "/v2/rerank": {"cohere", "top_n"}, "/rerank": {"common", "top_n"},
		"/v1/ranking": {"nim", "top_k"}, "/v1/reranking": {"common", "top_n"},
	} {
		i := slices.IndexFunc(Endpoints, func(e Endpoint) bool { return e.Path == path })
		if d := Endpoints[i].Fallback; d.Name != want[0] || d.TopKey != want[1] {
			t.Errorf("%s: %q with key %q, want %q", path, d.Name, d.TopKey, want)
		}
	}
}

func TestErrorsHaveTheTypesThatClientsKnow(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code             api.Code
		status           int
		llamaCpp, openAI string
	}{
		{api.CodeQueryEmpty, 400, "invalid_request_error", "BadRequestError"},
		{api.CodeInvalidJSON, 400, "invalid_request_error", "BadRequestError"},
		{api.CodeUnauthorized, 401, "authentication_error", "UnauthorizedError"},
		{api.CodeNotFound, 404, "not_found_error", "NotFoundError"},
		{api.CodeBodyTooLarge, 413, "invalid_request_error", "RequestEntityTooLargeError"},
	} {
		for want, render := range map[string]func(*api.Problem, api.Body) (int, any){tc.llamaCpp: errorLlamaCpp, tc.openAI: errorOpenAI} {
			status, body := render(api.NewProblem(tc.code, "m"), api.Body{})
			text, err := json.Marshal(body)
			if err != nil || status != tc.status || !strings.Contains(string(text), `"type":"`+want+`"`) {
				t.Errorf("%s: %d %s, want %d and %s", tc.code, status, text, tc.status, want)
			}
		}
	}
}
