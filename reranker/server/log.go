// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// maxAgent bounds the user agent in the log.
const maxAgent = 200

// log writes the one line of an exchange. Lines of probes are for debugging
// only: they would drown everything else.
func (x *exchange) log(took time.Duration) {
	level := slog.LevelInfo
	switch {
	case x.failed() && x.cause != nil:
		level = slog.LevelError
	case x.route.quiet:
		level = slog.LevelDebug
	}
	// The request may be cancelled by now; its line is written all the same.
	ctx := context.WithoutCancel(x.r.Context())
	if !x.s.log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("request_id", x.id),
		slog.String("http_method", x.r.Method),
		slog.String("route", x.route.label),
		slog.String("dialect", x.dialect),
		slog.Int("status", x.status),
		slog.Float64("processing_time", took.Seconds()),
		slog.Int64("body_bytes", x.body.n),
		slog.Int("answer_bytes", x.bytes),
		slog.String("user_agent", agent(x.r.UserAgent())),
	}
	if x.code != "" {
		attrs = append(attrs, slog.String("code", string(x.code)))
	}
	if id := x.traceID(); id != "" {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	attrs = append(attrs, x.facts...)
	for _, st := range x.stages {
		attrs = append(attrs, slog.Float64(st.name+"_ms", st.took.Seconds()*1000))
	}
	if x.cause != nil {
		attrs = append(attrs, slog.String("error", x.cause.Error()))
	}
	var p *panicked
	if errors.As(x.cause, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	x.s.log.LogAttrs(ctx, level, "Answered request", attrs...)
}

func agent(s string) string {
	if len(s) > maxAgent {
		return s[:maxAgent]
	}
	return s
}
