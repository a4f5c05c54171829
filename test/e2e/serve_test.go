// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// sampleReranker is the one of three lines that the README shows.
func sampleReranker(t *testing.T, namespace string) *v1alpha1.Reranker {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "config", "samples", "reranker.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	rr := &v1alpha1.Reranker{}
	if err := yaml.UnmarshalStrict(content, rr); err != nil {
		t.Fatal(err)
	}
	rr.Namespace = namespace
	return rr
}

// The main job: three lines are applied, and text comes back ranked.
func TestServe(t *testing.T) {
	namespace := newNamespace(t)
	rr := create(t, sampleReranker(t, namespace))
	untilReady(t, rr, withinReady)

	t.Run("children are as the builders say", func(t *testing.T) { checkChildren(t, rr) })
	t.Run("status tells the whole story", func(t *testing.T) { checkStatus(t, rr) })
	t.Run("get rr shows it in a line", func(t *testing.T) { checkColumns(t, rr) })

	api := service(t, rr)
	t.Run("every method ranks the sample rightly", func(t *testing.T) { checkMethods(t, api) })
	t.Run("two texts have a similarity", func(t *testing.T) { checkSimilarity(t, api) })
	t.Run("wrong requests are refused in words", func(t *testing.T) { checkRefusals(t, api) })
	t.Run("health answers", func(t *testing.T) { checkHealth(t, api) })
	t.Run("metrics have a port of their own", func(t *testing.T) { checkMetrics(t, rr, api) })
}

func checkMethods(t *testing.T, api endpoint) {
	s := readSample(t)
	for _, method := range []string{"", contract.MethodClassical, contract.MethodQuantum, contract.MethodHybrid} {
		for _, query := range s.queries {
			got, err := api.rerank(t.Context(), rerank.Request{Query: query.Query, Documents: s.documents, Method: method})
			if err != nil {
				t.Fatalf("method %q: %v", method, err)
			}
			want := method
			if want == "" {
				want = contract.DefaultMethod
			}
			if got.Method != want || got.MethodUsed != want || got.Degraded {
				t.Errorf("asked for %q: method %q, used %q, degraded %v", method, got.Method, got.MethodUsed, got.Degraded)
			}
			checkRanking(t, method+": "+query.Query, query.Best, len(s.documents), got)
		}
	}
}

func checkSimilarity(t *testing.T, api endpoint) {
	caller, err := api.caller()
	if err != nil {
		t.Fatal(err)
	}
	similarity := func(a, b string) float64 {
		got, err := caller.Similarity(t.Context(), rerank.SimilarityRequest{Text: a, Others: []string{b}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Scores) != 1 || got.Scores[0].Score < 0 || got.Scores[0].Score > 1 {
			t.Fatalf("similarity %+v, want one number in [0,1]", got.Scores)
		}
		return got.Scores[0].Score
	}
	same := similarity("A loaf stays fresh in a cloth.", "Wrap bread in a cloth to keep it fresh.")
	other := similarity("A loaf stays fresh in a cloth.", "Saturn has rings of ice and rock.")
	if same <= other {
		t.Errorf("bread and bread %v, bread and Saturn %v", same, other)
	}
}

// refused is the API's structured error.
type refused struct {
	Error          string   `json:"error"`
	Message        string   `json:"message"`
	RequestID      string   `json:"request_id"`
	ProcessingTime *float64 `json:"processing_time_ms"`
}

func checkRefusals(t *testing.T, api endpoint) {
	request := func(r rerank.Request) []byte {
		body, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	two := []string{"one", "two"}
	tests := []struct {
		name   string
		body   []byte
		status int
		want   []string // parts of the message
	}{
		{"an empty query", request(rerank.Request{Query: " ", Documents: two}), 422, []string{"query"}},
		{
			"a query too long", request(rerank.Request{Query: strings.Repeat("é", contract.MaxQueryCharacters+1), Documents: two}),
			422,
			[]string{"query", "10000", "10001"},
		},
		{"no documents", request(rerank.Request{Query: "q", Documents: []string{}}), 422, []string{"documents"}},
		{
			"too many documents", request(rerank.Request{Query: "q", Documents: make([]string, contract.MaxDocuments+1)}),
			422,
			[]string{"documents", "1000"},
		},
		{"an empty document", request(rerank.Request{Query: "q", Documents: []string{"one", ""}}), 422, []string{"1"}},
		{
			"a document too long", request(rerank.Request{Query: "q", Documents: []string{strings.Repeat("x", contract.MaxDocumentCharacters+1)}}),
			422,
			[]string{"50000", "50001"},
		},
		{"an unknown method", request(rerank.Request{Query: "q", Documents: two, Method: "magic"}), 422, []string{"method", "classical"}},
		{"top_k below one", []byte(`{"query":"q","documents":["a"],"method":"hybrid","top_k":0}`), 422, []string{"top_k"}},
		{
			"top_k above the documents", request(rerank.Request{Query: "q", Documents: two, Method: "hybrid", TopK: 3}),
			422,
			[]string{"top_k", "2", "3"},
		},
		{"broken JSON", []byte(`{"query": "q", "documents": [`), 400, nil},
		{"a body too large", []byte(`{"query":"q","documents":["` + strings.Repeat("x", contract.DefaultMaxBodyBytes) + `"]}`), 413, []string{"16777216"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := api.do(t.Context(), http.MethodPost, contract.PathRerank, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != test.status {
				t.Fatalf("status %d, want %d: %s", got.status, test.status, got.body)
			}
			var body refused
			if err := json.Unmarshal(got.body, &body); err != nil {
				t.Fatalf("%v in %s", err, got.body)
			}
			if body.Error == "" || body.Message == "" || body.RequestID == "" || body.ProcessingTime == nil {
				t.Errorf("the error is not complete: %s", got.body)
			}
			if id := got.header.Get(contract.HeaderRequestID); id != body.RequestID {
				t.Errorf("header has request id %q, body %q", id, body.RequestID)
			}
			for _, want := range test.want {
				if !strings.Contains(body.Message, want) {
					t.Errorf("message %q lacks %q", body.Message, want)
				}
			}
		})
	}
}

func checkHealth(t *testing.T, api endpoint) {
	for path, want := range map[string]string{
		contract.PathHealth:         "healthy",
		contract.PathHealthReady:    "ready",
		contract.PathHealthLive:     "alive",
		contract.PathHealthDetailed: "healthy",
	} {
		got, err := api.do(t.Context(), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			Status string         `json:"status"`
			Checks map[string]any `json:"checks"`
		}
		if err := json.Unmarshal(got.body, &body); err != nil || got.status != http.StatusOK || body.Status != want {
			t.Errorf("GET %s: %d %s (%v), want 200 and status %q", path, got.status, got.body, err, want)
		}
		if path == contract.PathHealthDetailed && len(body.Checks) < 2 {
			t.Errorf("GET %s: checks %v, want memory and engine", path, body.Checks)
		}
	}
}

// checkMetrics reads the metrics port of a pod through the API server, and
// wants the API's own port to know nothing of it.
func checkMetrics(t *testing.T, rr *v1alpha1.Reranker, api endpoint) {
	pods, err := podsOf(t.Context(), rr)
	if err != nil || len(pods) == 0 {
		t.Fatalf("%d pods, %v", len(pods), err)
	}
	var page []byte
	eventually(t, withinRepair, "metrics page", func(ctx context.Context) error {
		page, err = clientset.CoreV1().Pods(rr.Namespace).
			ProxyGet("http", pods[0].Name, fmt.Sprint(contract.MetricsPort), contract.PathMetrics, nil).DoRaw(ctx)
		return err
	})
	if !bytes.Contains(page, []byte("\nquantumrerank_")) {
		t.Errorf("no series quantumrerank_… on the metrics port:\n%.500s", page)
	}
	if got, err := api.do(t.Context(), http.MethodGet, contract.PathMetrics, nil); err != nil || got.status != http.StatusNotFound {
		t.Errorf("GET %s on the API's port: %d, %v; want 404", contract.PathMetrics, got.status, err)
	}
}
