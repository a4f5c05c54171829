// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func newMetrics() *Metrics {
	return New(Options{
		Version: "v1", RerankTarget: 320 * time.Millisecond, SimilarityTarget: 65 * time.Millisecond, BatchTarget: 50,
		Routes: []Route{{Pattern: "/v1/rerank", Dialects: []string{"native", "common"}, Works: true}},
	})
}

func (m *Metrics) page(t *testing.T) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

func wantLines(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !strings.Contains(page, want+"\n") {
			t.Errorf("no line %q", want)
		}
	}
}

func TestTargetsAreBoundsOfTheHistograms(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.ObserveRerank(Rerank{Requested: "hybrid", Used: "hybrid", Duration: 320 * time.Millisecond, Documents: 50, Scored: 50})
	m.ObserveSimilarity("quantum", "classical", 66*time.Millisecond, true, "breaker")
	wantLines(t, m.page(t),
		`quantumrerank_rerank_duration_seconds_bucket{batch="target",method_requested="hybrid",method_used="hybrid",le="0.3"} 0`,
		`quantumrerank_rerank_duration_seconds_bucket{batch="target",method_requested="hybrid",method_used="hybrid",le="0.32"} 1`,
		`quantumrerank_similarity_duration_seconds_bucket{method_used="classical",le="0.065"} 0`,
		`quantumrerank_similarity_duration_seconds_bucket{method_used="classical",le="0.1"} 1`,
		`quantumrerank_slo_target_seconds{slo="rerank"} 0.32`,
		`quantumrerank_slo_target_seconds{slo="similarity"} 0.065`,
		`quantumrerank_slo_target_documents 50`,
		`quantumrerank_degraded_total{reason="breaker"} 1`,
		`quantumrerank_fallback_total{from="quantum",reason="breaker",to="classical"} 1`,
	)
}

// A rate over a series that appears with the first failure does not see it.
func TestAFailureToldInTheDialectOfTEIIsThereBeforeItHappens(t *testing.T) {
	t.Parallel()
	m := New(Options{Routes: []Route{
		{Pattern: "/rerank", Dialects: []string{"tei", "native"}, Works: true},
		{Pattern: "/info", Dialects: []string{"tei"}},
	}})
	wantLines(t, m.page(t), `quantumrerank_http_requests_total{code="424",dialect="tei",route="/rerank"} 0`)
	for _, never := range []string{`{code="424",dialect="native",route="/rerank"}`, `{code="424",dialect="tei",route="/info"}`} {
		if strings.Contains(m.page(t), never) {
			t.Errorf("%s can never happen and is there", never)
		}
	}
}

func TestLabelsStayInsideTheirSets(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	before := count(t, m)
	m.ObserveRerank(Rerank{Requested: "x", Used: "y", Degraded: true, DegradedReason: "z"})
	m.ObserveStage("unheard of", time.Millisecond)
	m.CountShed("whim")
	m.ObserveSimilarity("x", "y", time.Millisecond, true, "z")
	if after := count(t, m); after != before {
		t.Errorf("%d series became %d", before, after)
	}
}

func count(t *testing.T, m *Metrics) int {
	t.Helper()
	n, err := testutil.GatherAndCount(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestADocumentIsCountedByWhatHappenedToIt(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.ObserveRerank(Rerank{
		Requested: "hybrid", Used: "hybrid", Documents: 10, Scored: 6, Truncated: 2, Blank: 1,
		CacheHits: 4, QueryTokens: 5, DocumentTokens: 70, Degraded: true, DegradedReason: "deadline",
	})
	wantLines(t, m.page(t),
		`quantumrerank_rerank_documents_total{method_used="hybrid",outcome="scored"} 6`,
		`quantumrerank_rerank_documents_total{method_used="hybrid",outcome="truncated"} 2`,
		`quantumrerank_rerank_documents_total{method_used="hybrid",outcome="blank"} 1`,
		`quantumrerank_rerank_documents_total{method_used="hybrid",outcome="prior"} 3`,
		`quantumrerank_tokens_total{kind="document"} 70`,
		`quantumrerank_document_cache_hits_total 4`,
		`quantumrerank_degraded_total{reason="deadline"} 1`,
	)
}

func TestABreakerIsInOneStateAtATime(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.DeclareBreaker("quantum")
	m.BreakerChanged("quantum", "closed", "open")
	wantLines(t, m.page(t),
		`quantumrerank_breaker_state{engine="quantum",state="closed"} 0`,
		`quantumrerank_breaker_state{engine="quantum",state="open"} 1`,
		`quantumrerank_breaker_state{engine="quantum",state="half-open"} 0`,
		`quantumrerank_breaker_transitions_total{engine="quantum",from="closed",to="open"} 1`,
		`quantumrerank_breaker_transitions_total{engine="quantum",from="open",to="half-open"} 0`,
	)
}

func TestNamesFollowTheConventions(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.Gauge("cache_bytes", "Bytes in the cache.", func() float64 { return 7 })
	m.Counter("batches_total", "Batches.", func() float64 { return 3 }, "kind", "full")
	problems, err := testutil.GatherAndLint(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p != (promlint.Problem{}) && strings.HasPrefix(p.Metric, namespace) {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	wantLines(t, m.page(t), `quantumrerank_cache_bytes 7`, `quantumrerank_batches_total{kind="full"} 3`)
}
