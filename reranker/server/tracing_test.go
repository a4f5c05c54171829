// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/tracing"
)

// collector receives traces as an OpenTelemetry collector does.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	raw    []byte
	posts  int
	spans  []*tracepb.Span
	header http.Header
	// refuse is answered before anything is taken.
	refuse []int
}

func collect(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	c.Server = httptest.NewServer(http.HandlerFunc(c.receive))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) receive(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	var data tracepb.TracesData
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &data) != nil {
		http.Error(w, "no traces", http.StatusBadRequest)
		return
	}
	c.posts++
	if len(c.refuse) > 0 {
		status := c.refuse[0]
		c.refuse = c.refuse[1:]
		w.WriteHeader(status)
		return
	}
	c.raw, c.header = append(c.raw, body...), r.Header
	for _, rs := range data.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			c.spans = append(c.spans, ss.GetSpans()...)
		}
	}
}

// tracedPod is a pod that sends its traces to c.
func tracedPod(t *testing.T, c *collector) (*pod, func()) {
	t.Helper()
	env := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_EXPORTER_OTLP_HEADERS": "x-team=search%20a"}
	p := newPod()
	provider, err := tracing.Open(t.Context(), func(name string) string { return env[name] }, "v1", p.Server.log)
	if err != nil {
		t.Fatal(err)
	}
	p = servingPod(func(o *Options) { o.Traces = provider })
	return p, func() {
		if err := tracing.Close(provider); err != nil {
			t.Error(err)
		}
	}
}

func attributeNamed(s *tracepb.Span, key string) *commonpb.AnyValue {
	for _, a := range s.GetAttributes() {
		if a.GetKey() == key {
			return a.GetValue()
		}
	}
	return nil
}

func TestARequestIsATraceWithASpanForEachStage(t *testing.T) {
	c := collect(t)
	c.refuse = []int{http.StatusServiceUnavailable} // the first try
	p, flush := tracedPod(t, c)
	const id, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	w := p.post(t, "/v1/rerank", `{"query":"secret query","documents":["secret document","x"]}`, "traceparent", "00-"+id+"-"+parent+"-01")
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	p.do(t, http.MethodGet, "/health/live", "")
	p.post(t, "/v1/rerank", `{"query":"","documents":[]}`)
	flush()

	var names []string
	var root *tracepb.Span
	for _, s := range c.spans {
		if s.GetName() == "POST /v1/rerank" && attributeNamed(s, "error.type") == nil {
			root = s
		}
	}
	if root == nil {
		t.Fatalf("no span of the request among %v", c.spans)
	}
	for _, s := range c.spans {
		if bytes.Equal(s.GetParentSpanId(), root.GetSpanId()) {
			names = append(names, s.GetName())
			if s.GetStartTimeUnixNano() > s.GetEndTimeUnixNano() || s.GetEndTimeUnixNano() == 0 {
				t.Errorf("stage %s ends before it begins", s.GetName())
			}
		}
		if strings.Contains(s.GetName(), "health") {
			t.Errorf("a probe is traced: %s", s.GetName())
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"decode", "encode", "render", "validate"}, names); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	if got := attributeNamed(root, "gen_ai.rerank.candidate.count").GetIntValue(); got != 2 {
		t.Errorf("%d candidates, want 2", got)
	}
	if got := attributeNamed(root, "gen_ai.operation.name").GetStringValue(); got != "rerank" {
		t.Errorf("operation %q", got)
	}
	if got := cmp.Diff(parent, hexOf(root.GetParentSpanId())) + cmp.Diff(id, hexOf(root.GetTraceId())); got != "" {
		t.Errorf("the caller's trace is not continued: %s", got)
	}
	if strings.Contains(string(c.raw), "secret") {
		t.Error("a text of the caller stands in a trace")
	}
	if !strings.Contains(p.log.String(), `"trace_id":"`+id+`"`) {
		t.Error("the log line does not name the trace")
	}
	if c.posts != 2 || c.header.Get("X-Team") != "search a" {
		t.Errorf("%d posts with headers %v: want a second try after a 503", c.posts, c.header)
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s []byte
	for _, c := range b {
		s = append(s, digits[c>>4], digits[c&15])
	}
	return string(s)
}

func TestARefusalIsATraceThatSaysWhy(t *testing.T) {
	c := collect(t)
	p, flush := tracedPod(t, c)
	p.post(t, "/v1/rerank", `{"query":"","documents":[]}`)
	flush()
	if len(c.spans) == 0 {
		t.Fatal("no span")
	}
	root := c.spans[len(c.spans)-1]
	if attributeNamed(root, "error.type").GetStringValue() != "query_empty" || root.GetStatus().GetCode() == tracepb.Status_STATUS_CODE_ERROR {
		t.Errorf("span %v: want the code, and no error of ours", root)
	}
}

func TestAFailureInTheDialectOfTEIIsAnErrorOfATrace(t *testing.T) {
	c := collect(t)
	p, flush := tracedPod(t, c)
	p.ranker.hook = func(context.Context) error { panic("kernel") }
	p.post(t, "/compat/tei/rerank", `{"query":"q","texts":["a"]}`)
	flush()
	if len(c.spans) == 0 {
		t.Fatal("no span")
	}
	if root := c.spans[len(c.spans)-1]; root.GetStatus().GetCode() != tracepb.Status_STATUS_CODE_ERROR {
		t.Errorf("span %v: want an error", root)
	}
}

func TestWithoutAProviderNothingIsWrapped(t *testing.T) {
	p := servingPod()
	w := p.post(t, "/v1/rerank", `{"query":"q","documents":["x"]}`, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if w.Code != http.StatusOK || strings.Contains(p.log.String(), "trace_id") {
		t.Errorf("status %d, log %s", w.Code, p.log)
	}
}
