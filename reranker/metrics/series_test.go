// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"strings"
	"testing"
	"time"
)

// An alert on a series that is not there never fires, so all are there at 0.
func TestEverySeriesIsThereBeforeItsFirstEvent(t *testing.T) {
	t.Parallel()
	m := New(Options{Routes: []Route{
		{Pattern: "/v1/rerank", Dialects: []string{"native", "tei"}, Works: true},
		{Pattern: "/info", Dialects: []string{"tei"}},
	}})
	m.DeclareProblems([]string{"overloaded"})
	page := m.page(t)
	for pattern, values := range map[string]string{
		`quantumrerank_http_requests_total{code="%",dialect="native",route="/v1/rerank"} 0`: "200 204 400 401 405 413 415 422 429 499 500 503 504",
		`quantumrerank_http_requests_total{code="%",dialect="tei",route="/v1/rerank"} 0`:    "200 424 504",
		`quantumrerank_http_requests_total{code="%",dialect="tei",route="/info"} 0`:         "200 204 401 405 500 503",
		`quantumrerank_http_requests_total{code="404",dialect="%",route="other"} 0`:         "none",
		`quantumrerank_http_request_duration_seconds_count{route="%"} 0`:                    "/v1/rerank /info other",
		`quantumrerank_problems_total{problem="%"} 0`:                                       "overloaded",
		`quantumrerank_shed_total{reason="%"} 0`:                                            "queue_full deadline memory byte_budget draining loading other",
		`quantumrerank_degraded_total{reason="%"} 0`:                                        "deadline overload breaker memory other",
		`quantumrerank_stage_duration_seconds_count{stage="%"} 0`:                           "decode validate cut queue encode prior cache score sort render other",
		`quantumrerank_tokens_total{kind="%"} 0`:                                            "query document",
		`quantumrerank_selftest_total{result="%"} 0`:                                        "ok failed",
		`quantumrerank_similarity_duration_seconds_count{method_used="%"} 0`:                "lexical none classical quantum hybrid",
		`quantumrerank_rerank_documents_count{method_used="%"} 0`:                           "lexical none classical quantum hybrid",
		`quantumrerank_fallback_total{from="hybrid",reason="memory",to="%"} 0`:              "lexical none classical quantum",
		`quantumrerank_% 0`: "panics_total http_inflight_requests http_request_body_bytes_count ready draining warmup_seconds " +
			"selftest_last_success_timestamp_seconds deadline_exceeded_total cancelled_total auth_failures_total document_cache_hits_total",
		`quantumrerank_rerank_duration_seconds_count{batch="%",method_requested="hybrid",method_used="lexical"} 0`: "target larger",
		`quantumrerank_stage_duration_seconds_bucket{stage="score",le="%"} 0`:                                      "0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.2 0.3 0.4 0.5 0.75 1 2.5 5 10 +Inf",
		`quantumrerank_rerank_documents_bucket{method_used="hybrid",le="%"} 0`:                                     "1 5 10 25 50 100 250 500 1000 +Inf",
		`quantumrerank_http_request_duration_seconds_bucket{route="other",le="%"} 0`:                               "0.005 0.025 0.1 0.25 0.5 1 5 10 +Inf",
		`quantumrerank_http_request_body_bytes_bucket{le="%"} 0`:                                                   "1024 4096 16384 65536 262144 1.048576e+06 4.194304e+06 1.6777216e+07 +Inf",
	} {
		for value := range strings.FieldsSeq(values) {
			wantLines(t, page, strings.Replace(pattern, "%", value, 1))
		}
	}
	for _, absent := range []string{
		`fallback_total{from="hybrid",reason="memory",to="hybrid"}`, `code="424",dialect="native"`, `code="424",dialect="tei",route="/info"`, `method_used="hybrid",le="0"`,
	} {
		if strings.Contains(page, absent) {
			t.Errorf("there is a series %s", absent)
		}
	}
	for _, other := range []string{"go_goroutines ", "process_cpu_seconds_total "} {
		if !strings.Contains(page, "\n"+other) {
			t.Errorf("there is no %s", other)
		}
	}
}

func TestEventsAreCountedWhereTheyBelong(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	for _, bytes := range []int64{0, 2000, 1} {
		m.ObserveRequest(Request{Route: "/v1/rerank", Dialect: "native", Status: 429, Duration: 30 * time.Millisecond, BodyBytes: bytes})
	}
	m.CountProblem("overloaded")
	m.CountPanic()
	m.Inflight(3)
	m.Inflight(-1)
	m.SetReady(true)
	m.SetDraining(true)
	m.SetWarmup(1500 * time.Millisecond)
	m.CountSelfTest(true, time.UnixMilli(1234500))
	m.CountSelfTest(false, time.UnixMilli(99999000))
	m.SetModel("old", "r", "p")
	m.SetModel("new", "r", "p")
	m.ObserveStage("score", time.Second)
	m.ObserveStage("dream", time.Second)
	m.CountShed("memory")
	m.CountShed("whim")
	m.CountDeadline()
	m.CountCancelled()
	m.CountAuthFailure()
	m.BreakerChanged("quantum", "odd", "open")
	m.BreakerChanged("quantum", "open", "odd")
	page := m.page(t)
	wantLines(t, page,
		`quantumrerank_http_requests_total{code="429",dialect="native",route="/v1/rerank"} 3`,
		`quantumrerank_http_request_duration_seconds_bucket{route="/v1/rerank",le="0.025"} 0`,
		`quantumrerank_http_request_duration_seconds_bucket{route="/v1/rerank",le="0.1"} 3`,
		`quantumrerank_http_request_body_bytes_sum 2001`,
		`quantumrerank_http_request_body_bytes_count 2`,
		`quantumrerank_problems_total{problem="overloaded"} 1`,
		`quantumrerank_panics_total 1`,
		`quantumrerank_http_inflight_requests 2`,
		`quantumrerank_ready 1`,
		`quantumrerank_draining 1`,
		`quantumrerank_warmup_seconds 1.5`,
		`quantumrerank_selftest_total{result="ok"} 1`,
		`quantumrerank_selftest_total{result="failed"} 1`,
		`quantumrerank_selftest_last_success_timestamp_seconds 1234.5`,
		`quantumrerank_model_info{model="new",precision="p",revision="r"} 1`,
		`quantumrerank_stage_duration_seconds_count{stage="score"} 1`,
		`quantumrerank_stage_duration_seconds_count{stage="other"} 1`,
		`quantumrerank_shed_total{reason="memory"} 1`,
		`quantumrerank_shed_total{reason="other"} 1`,
		`quantumrerank_deadline_exceeded_total 1`,
		`quantumrerank_cancelled_total 1`,
		`quantumrerank_auth_failures_total 1`,
		`quantumrerank_breaker_transitions_total{engine="quantum",from="closed",to="open"} 1`,
		`quantumrerank_breaker_transitions_total{engine="quantum",from="open",to="closed"} 1`,
		`quantumrerank_breaker_state{engine="quantum",state="closed"} 1`,
	)
	if strings.Contains(page, `model="old"`) {
		t.Error("the model that was served before is still told")
	}
}

func TestADeclaredBreakerIsClosed(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.DeclareBreaker("quantum")
	page := m.page(t)
	wantLines(t, page,
		`quantumrerank_breaker_state{engine="quantum",state="closed"} 1`,
		`quantumrerank_breaker_state{engine="quantum",state="open"} 0`,
		`quantumrerank_breaker_transitions_total{engine="quantum",from="half-open",to="open"} 0`,
	)
	if strings.Contains(page, `from="open",to="open"`) {
		t.Error("a breaker moves from a state to the same")
	}
}

func TestOnlyARerankBeyondTheTargetsBatchIsLarger(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		target, documents int
		batch             string
	}{{50, 50, "target"}, {50, 51, "larger"}, {0, 1000, "target"}} {
		m := New(Options{BatchTarget: tc.target})
		m.ObserveRerank(Rerank{Requested: "quantum", Used: "lexical", Documents: tc.documents, Degraded: true, DegradedReason: "overload"})
		m.ObserveRerank(Rerank{Requested: "quantum", Used: "lexical", Documents: tc.documents})
		m.ObserveRerank(Rerank{Requested: "hybrid", Used: "hybrid", Documents: tc.documents, Degraded: true, DegradedReason: "memory"})
		wantLines(t, m.page(t),
			`quantumrerank_rerank_duration_seconds_count{batch="`+tc.batch+`",method_requested="quantum",method_used="lexical"} 2`,
			`quantumrerank_rerank_documents_count{method_used="lexical"} 2`,
			`quantumrerank_fallback_total{from="quantum",reason="overload",to="lexical"} 1`,
			`quantumrerank_degraded_total{reason="overload"} 1`,
			`quantumrerank_degraded_total{reason="memory"} 1`,
		)
	}
}

func TestSeriesThatAreReadKeepTheirLabels(t *testing.T) {
	t.Parallel()
	m := newMetrics()
	m.Gauge("level", "A level.", func() float64 { return 2 }, "kind", "a", "side", "b", "odd")
	m.Counter("turns_total", "Turns.", func() float64 { return 3 })
	wantLines(t, m.page(t),
		`# HELP quantumrerank_level A level.`, `quantumrerank_level{kind="a",side="b"} 2`,
		`# HELP quantumrerank_turns_total Turns.`, `quantumrerank_turns_total 3`,
	)
}
