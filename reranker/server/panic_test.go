// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestAPanicIsAStructured500(t *testing.T) {
	t.Parallel()
	p := servingPod()
	p.ranker.hook = func(context.Context) error { panic("kernel: index out of range") }
	w := p.post(t, "/v1/rerank", `{"query":"q","documents":["a"]}`, "X-Request-ID", "abc-1")
	body := object(t, w.Body)
	if w.Code != http.StatusInternalServerError || body["error"] != "Internal server error" ||
		body["message"] != "An unexpected error occurred" || body["request_id"] != "abc-1" || body["processing_time_ms"] == nil {
		t.Errorf("status %d, body %v", w.Code, body)
	}
	if s := fmt.Sprint(body); strings.Contains(s, "kernel") || strings.Contains(s, ".go:") {
		t.Errorf("the cause is in the body: %s", s)
	}
	log := p.log.String()
	for _, want := range []string{`"level":"ERROR"`, "kernel: index out of range", "panic_test.go", `"request_id":"abc-1"`} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in the log", want)
		}
	}
	if metrics := p.scrape(t); !strings.Contains(metrics, "quantumrerank_panics_total 1") {
		t.Error("the panic was not counted")
	}
	if p.Active() != 0 {
		t.Errorf("%d requests active", p.Active())
	}
}

func (p *pod) scrape(t *testing.T) string {
	t.Helper()
	w := new(strings.Builder)
	families, err := p.metrics.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			name := f.GetName()
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			fmt.Fprintf(w, "%s %v\n", name, m.GetCounter().GetValue()+m.GetGauge().GetValue())
		}
	}
	return w.String()
}

func TestErrorsOfTheRankerBecomeProblems(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err     error
		status  int
		code    string
		message string
		headers map[string]string
		metric  string
	}{
		"overload": {
			&rerank.OverloadedError{Reason: limit.ReasonQueue, RetryAfter: 1200 * time.Millisecond, Detail: "the wait is 3 s"},
			429, "overloaded", "the server is busy: the wait is 3 s",
			map[string]string{"Retry-After": "2", "Retry-After-Ms": "1200"},
			`quantumrerank_shed_total{reason="queue_full"} 1`,
		},
		"draining": {
			&rerank.OverloadedError{Reason: limit.ReasonDraining}, 503, "draining", "the server is shutting down",
			map[string]string{"Retry-After": "1"},
			`quantumrerank_shed_total{reason="draining"} 1`,
		},
		"too large for the memory": {
			&rerank.TooLargeError{Bytes: 9e9, Limit: 1e9}, 413, "request_too_large",
			"the request needs about 9000000000 bytes of memory, more than the limit of 1000000000", nil, "",
		},
		"a document that must not be truncated": {
			&rerank.TruncationError{Index: 3, Tokens: 999, Limit: 256}, 422, "text_truncated",
			"document 3 has 999 tokens, more than the 256 that the model reads", nil, "",
		},
		"the deadline": {
			fmt.Errorf("encode: %w", rerank.ErrDeadline), 504, "deadline_exceeded",
			"the deadline passed before the answer was complete",
			map[string]string{"X-Should-Retry": "false", "Retry-After": ""},
			"quantumrerank_deadline_exceeded_total 1",
		},
		"the engine is switched off": {
			&rerank.UnavailableError{RetryAfter: 30 * time.Second}, 503, "engine_unavailable",
			"the engine is switched off after failures",
			map[string]string{"Retry-After": "30"},
			"",
		},
		"the engine failed": {
			&rerank.EngineError{Err: errors.New("secret detail")}, 500, "internal", "An unexpected error occurred",
			map[string]string{"Retry-After": ""},
			"",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := servingPod()
			p.ranker.hook = func(context.Context) error { return fmt.Errorf("rerank: %w", tc.err) }
			w := p.post(t, "/v1/rerank", `{"query":"q","documents":["a"]}`)
			body := object(t, w.Body)
			if w.Code != tc.status || body["code"] != tc.code || body["message"] != tc.message {
				t.Errorf("status %d, body %v", w.Code, body)
			}
			for name, want := range tc.headers {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			metrics := p.scrape(t)
			for _, want := range []string{tc.metric, fmt.Sprintf("quantumrerank_problems_total{problem=%q} 1", tc.code)} {
				if !strings.Contains(metrics, want) {
					t.Errorf("no %s in the metrics", want)
				}
			}
		})
	}
}

func TestEverySeriesExistsBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	p := servingPod()
	before := p.scrape(t)
	names := func(s string) map[string]bool {
		set := map[string]bool{}
		for line := range strings.Lines(s) {
			if name := strings.Fields(line)[0]; strings.HasPrefix(name, "quantumrerank_") {
				set[name] = true
			}
		}
		return set
	}
	for name, tc := range refusals {
		_ = name
		p.post(t, "/v1/rerank", tc.body, tc.headers...)
	}
	for _, m := range []string{"classical", "quantum", "hybrid"} {
		p.post(t, "/v1/rerank", `{"query":"q","documents":["a"],"method":"`+m+`"}`)
		p.post(t, "/v1/similarity", `{"text_1":"q","text_2":"a","method":"`+m+`"}`)
	}
	p.do(t, http.MethodGet, "/nowhere", "")
	p.do(t, http.MethodGet, "/health/detailed", "")
	old := names(before)
	for name := range names(p.scrape(t)) {
		if !old[name] {
			t.Errorf("%s appeared with the first request", name)
		}
	}
	if len(old) < 300 {
		t.Errorf("only %d series at the start", len(old))
	}
}

func TestHealthRoutesHaveAllTheirSpellings(t *testing.T) {
	t.Parallel()
	p := servingPod()
	for _, h := range healthRoutes {
		want := ""
		for _, path := range h.paths {
			w := p.do(t, http.MethodGet, path, "")
			got := fmt.Sprint(w.Code, " ", steady(w.Body.String()))
			if want == "" {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" || w.Code != http.StatusOK {
				t.Errorf("%s: (-want +got)\n%s", path, diff)
			}
		}
	}
}

func TestReadyNamesHighMemory(t *testing.T) {
	t.Parallel()
	p := servingPod()
	p.memory = health.Memory{UsedBytes: 95, LimitBytes: 100}
	w := p.do(t, http.MethodGet, "/health/ready", "")
	if body := object(t, w.Body); w.Code != http.StatusServiceUnavailable || body["message"] != "not ready: high memory usage: 95 % of the limit" {
		t.Errorf("status %d: %v", w.Code, body)
	}
	if w := p.do(t, http.MethodGet, "/health/live", ""); w.Code != http.StatusOK {
		t.Errorf("live: status %d", w.Code)
	}
}
