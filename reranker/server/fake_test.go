// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeRanker stands in for the engine where the HTTP surface alone is under
// test. A document's score is the number of letters "x" in it divided by ten,
// so that the right order can be read off a request.
type fakeRanker struct {
	mu       sync.Mutex
	requests []rerank.Request
	pairs    []rerank.SimilarityRequest
	// hook, if set, runs first; its error is the answer.
	hook func(context.Context) error
	// hurried has no time to cut documents.
	hurried bool
}

func (f *fakeRanker) Rerank(ctx context.Context, req rerank.Request) (rerank.Response, error) {
	if req.Passages != nil && !f.hurried {
		texts, _, err := req.Passages.Cut(ctx)
		if err != nil {
			return rerank.Response{}, err
		}
		req.Documents = texts
	}
	f.mu.Lock()
	f.requests = append(f.requests, req)
	hook := f.hook
	f.mu.Unlock()
	if hook != nil {
		if err := hook(ctx); err != nil {
			return rerank.Response{}, err
		}
	}
	resp := rerank.Response{Report: report(req.Method)}
	for i, d := range req.Documents {
		r := score(i, d)
		if r.Stage.Scored() {
			resp.ScoredDocuments++
		}
		resp.Results = append(resp.Results, r)
	}
	slices.SortFunc(resp.Results, func(a, b rerank.Result) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Index, b.Index))
	})
	return resp, nil
}

func (f *fakeRanker) Similarity(ctx context.Context, req rerank.SimilarityRequest) (rerank.SimilarityResponse, error) {
	f.mu.Lock()
	f.pairs = append(f.pairs, req)
	hook := f.hook
	f.mu.Unlock()
	if hook != nil {
		if err := hook(ctx); err != nil {
			return rerank.SimilarityResponse{}, err
		}
	}
	resp := rerank.SimilarityResponse{Report: report(req.Method)}
	for i, p := range req.Pairs {
		resp.Scores = append(resp.Scores, score(i, p.B))
	}
	return resp, nil
}

func report(m method.Name) rerank.Report {
	m = cmp.Or(m, method.Hybrid)
	return rerank.Report{
		MethodRequested: m, MethodUsed: m, QueryTokens: 5, DocumentTokens: 37,
		Timings: []rerank.Timing{{Stage: "encode", Began: time.Now(), Duration: 2 * time.Millisecond}},
	}
}

func score(i int, text string) rerank.Result {
	s := float64(strings.Count(text, "x")) / 10
	r := rerank.Result{Index: i, Score: s, Classical: &s, Quantum: &s, Stage: rerank.StageEncoded}
	if text == "" {
		r.Stage, r.Degenerate = rerank.StageBlank, true
	}
	if strings.Contains(text, "late") {
		r.Stage = rerank.StagePrior
	}
	r.Truncated = strings.Contains(text, "endless")
	return r
}

// pod is a server under test with everything around it.
type pod struct {
	*Server
	ranker *fakeRanker
	log    *syncBuffer
	memory health.Memory
}

// syncBuffer collects log lines from many goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func settings() contract.Settings {
	s := config.Effective(contract.Settings{})
	s.Model.Name = "test-model"
	return s
}

func newPod(change ...func(*Options)) *pod {
	p := &pod{ranker: new(fakeRanker), log: new(syncBuffer), memory: health.Memory{UsedBytes: 100 << 20, LimitBytes: 2 << 30}}
	s := settings()
	opt := Options{
		Settings: s, Version: "v0.0.0-test",
		Log:    slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Memory: func() (health.Memory, error) { return p.memory, nil },
		Metrics: metrics.New(metrics.Options{
			Version:          "v0.0.0-test",
			RerankTarget:     time.Duration(s.Targets.RerankLatencyMilliseconds) * time.Millisecond,
			SimilarityTarget: time.Duration(s.Targets.SimilarityLatencyMilliseconds) * time.Millisecond,
			Routes:           MetricRoutes(),
		}),
	}
	for _, c := range change {
		c(&opt)
	}
	p.Server = New(opt)
	return p
}

func (p *pod) backend() *Backend {
	return &Backend{
		Ranker: p.ranker,
		Model:  Model{Name: "test-model", Digest: "sha256:00", Architecture: "BertModel", Dimensions: 384, MaxTokens: 256, Precision: "float32", Kernel: "generic", Threads: 1},
		SelfTest: func(context.Context) (float64, time.Duration, error) {
			return 0.75, 3 * time.Millisecond, nil
		},
		Breakers: func() map[string]health.Breaker {
			return map[string]health.Breaker{"quantum": {State: "closed"}}
		},
	}
}

// servingPod is a pod whose model is loaded.
func servingPod(change ...func(*Options)) *pod {
	p := newPod(change...)
	p.Start(p.backend())
	return p
}

// do sends one request and returns the answer.
func (p *pod) do(t *testing.T, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}

func (p *pod) post(t *testing.T, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return p.do(t, http.MethodPost, path, body, headers...)
}

// object decodes a JSON object.
func object(t *testing.T, r io.Reader) map[string]any {
	t.Helper()
	var v map[string]any
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

// newRequest makes a native rerank request.
func newRequest(t *testing.T, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/rerank", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (p *pod) serveRequest(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, r)
	return w
}
