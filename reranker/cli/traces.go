// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/trace"

	"github.com/quantumrerank/quantumrerank/reranker/tracing"
)

// traces is where the spans go, if anywhere.
type traces struct{ sdk *tracing.Provider }

// openTraces follows OpenTelemetry's standard variables. What they say wrongly
// costs the traces and never the service.
func openTraces(ctx context.Context, version string, log *slog.Logger) traces {
	p, err := tracing.Open(ctx, os.Getenv, version, log)
	if err != nil {
		log.Warn("Sends no traces", "error", err)
	}
	return traces{p}
}

// provider is nil, and not an interface that holds nil, where there is none.
func (t traces) provider() trace.TracerProvider {
	if t.sdk == nil {
		return nil
	}
	return t.sdk
}

func (t traces) close(log *slog.Logger) {
	if err := tracing.Close(t.sdk); err != nil {
		log.Warn("Could not send the last traces", "error", err)
	}
}
