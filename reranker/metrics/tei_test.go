// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// Every name must exist before the first request, and count what ours count.
func TestNamesOfTEICountWhatOursDo(t *testing.T) {
	m := New(Options{TEI: true, Routes: []Route{
		{Pattern: "POST /v1/rerank", Dialects: []string{"native", "cohere"}, Works: true},
		{Pattern: "GET /health", Dialects: []string{DialectNone}},
	}})
	waiting := 0.0
	m.Gauge("queue_depth", "Work that waits or is under way.", func() float64 { return waiting }, "unit", "requests")
	m.Gauge("queue_depth", "Work that waits or is under way.", func() float64 { return 999 }, "unit", "tokens")
	const none = `
# HELP te_request_count Requests for work.
# TYPE te_request_count counter
te_request_count{method="batch"} 0
`
	if err := testutil.GatherAndCompare(m.Gatherer(), strings.NewReader(none), "te_request_count"); err != nil {
		t.Error(err)
	}
	for _, r := range []Request{
		{Route: "POST /v1/rerank", Dialect: "native", Status: 200, Duration: 62500 * time.Microsecond},
		{Route: "POST /v1/rerank", Dialect: "cohere", Status: 200, Duration: 250 * time.Millisecond},
		{Route: "POST /v1/rerank", Dialect: "native", Status: 422},
		{Route: "POST /v1/rerank", Dialect: "native", Status: 429},
		{Route: "POST /v1/rerank", Dialect: "native", Status: 424},
		{Route: "GET /health", Dialect: DialectNone, Status: 200},
	} {
		m.ObserveRequest(r)
	}
	m.ObserveStage("queue", 2*time.Millisecond)
	m.ObserveStage("encode", time.Second)
	waiting = 3
	const want = `
# HELP te_queue_size Requests that wait.
# TYPE te_queue_size gauge
te_queue_size 3
# HELP te_request_count Requests for work.
# TYPE te_request_count counter
te_request_count{method="batch"} 5
# HELP te_request_failure Requests that failed, by cause.
# TYPE te_request_failure counter
te_request_failure{err="dropped"} 0
te_request_failure{err="inference"} 1
te_request_failure{err="overloaded"} 1
te_request_failure{err="validation"} 1
# HELP te_request_success Requests for work that were answered.
# TYPE te_request_success counter
te_request_success{method="batch"} 2
# HELP te_request_duration Time of requests for work.
# TYPE te_request_duration histogram
te_request_duration_bucket{le="0.005"} 3
te_request_duration_bucket{le="0.025"} 3
te_request_duration_bucket{le="0.1"} 4
te_request_duration_bucket{le="0.25"} 5
te_request_duration_bucket{le="0.5"} 5
te_request_duration_bucket{le="1"} 5
te_request_duration_bucket{le="5"} 5
te_request_duration_bucket{le="10"} 5
te_request_duration_bucket{le="+Inf"} 5
te_request_duration_sum 0.3125
te_request_duration_count 5
`
	if err := testutil.GatherAndCompare(m.Gatherer(), strings.NewReader(want), "te_queue_size", "te_request_count",
		"te_request_failure", "te_request_success", "te_request_duration"); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"te_request_queue_duration", "te_request_inference_duration"} {
		if n, err := testutil.GatherAndCount(m.Gatherer(), name); err != nil || n != 1 {
			t.Errorf("%s: %d series, error %v, want 1", name, n, err)
		}
	}
}

func TestNamesOfTEIAreNotThereUnasked(t *testing.T) {
	families, err := New(Options{}).Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "te_") {
			t.Errorf("%s is served unasked", f.GetName())
		}
	}
}
