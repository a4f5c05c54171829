// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// instrumentation names the source of the spans of stages.
const instrumentation = "github.com/quantumrerank/quantumrerank/reranker/server"

// traced gives every request that is no probe a span, which continues the
// caller's trace. Without a provider h stays as it is.
func (s *Server) traced(h http.Handler) http.Handler {
	if s.traces == nil {
		return h
	}
	quiet := map[string]bool{}
	for _, r := range routes() {
		quiet[r.path] = r.quiet
	}
	return otelhttp.NewHandler(h, "request",
		otelhttp.WithTracerProvider(s.traces),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})),
		otelhttp.WithFilter(func(r *http.Request) bool { return !quiet[r.URL.Path] }),
	)
}

// trace completes the request's span and adds one for each stage. Like the log
// it tells sizes and never texts.
func (x *exchange) trace() {
	span := trace.SpanFromContext(x.r.Context())
	if !span.IsRecording() {
		return
	}
	span.SetName(x.r.Method + " " + x.route.label)
	attrs := []attribute.KeyValue{
		attribute.String("http.route", x.route.label),
		attribute.String("quantumrerank.request_id", x.id),
		attribute.String("quantumrerank.dialect", x.dialect),
	}
	if x.route.access == serving {
		attrs = append(attrs,
			attribute.String("gen_ai.operation.name", strings.Trim(x.route.label[strings.LastIndexByte(x.route.label, '/'):], "/")),
			attribute.String("gen_ai.request.model", x.s.settings.Model.Name))
	}
	for _, f := range x.facts {
		attrs = append(attrs, attributeOf(f))
	}
	span.SetAttributes(attrs...)
	if x.code != "" {
		span.SetAttributes(attribute.String("error.type", string(x.code)))
		if x.failed() {
			span.SetStatus(codes.Error, string(x.code))
		}
	}
	tracer := x.s.traces.Tracer(instrumentation)
	for _, st := range x.stages {
		_, child := tracer.Start(x.r.Context(), st.name, trace.WithTimestamp(st.began))
		child.End(trace.WithTimestamp(st.began.Add(st.took)))
	}
}

// attributeOf turns a fact of the log line into an attribute.
func attributeOf(f slog.Attr) attribute.KeyValue {
	key := "quantumrerank." + f.Key
	if f.Key == "documents" {
		key = "gen_ai.rerank.candidate.count"
	}
	switch f.Value.Kind() {
	case slog.KindInt64:
		return attribute.Int64(key, f.Value.Int64())
	case slog.KindBool:
		return attribute.Bool(key, f.Value.Bool())
	case slog.KindFloat64:
		return attribute.Float64(key, f.Value.Float64())
	default:
		return attribute.String(key, f.Value.String())
	}
}

// traceID is the id of the request's trace for the log line, empty without one.
func (x *exchange) traceID() string {
	if c := trace.SpanContextFromContext(x.r.Context()); c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}
