// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tracing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Provider makes spans and sends them.
type Provider = sdk.TracerProvider

// serviceName is what the traces of a pod are called unless OTEL_SERVICE_NAME
// or OTEL_RESOURCE_ATTRIBUTES say otherwise.
const serviceName = "quantumrerank"

// Open returns the provider that the environment asks for, nil for none. It
// must be closed.
func Open(ctx context.Context, env func(string) string, version string, log *slog.Logger) (*Provider, error) {
	c, err := read(env)
	if c == nil || err != nil {
		return nil, err
	}
	client, err := newClient(*c)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("open the exporter of traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", serviceName), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithHost(), resource.WithFromEnv())
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("describe the source of traces: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("Could not send traces", "error", err) }))
	log.Info("Sends traces", "service", cmp.Or(env("OTEL_SERVICE_NAME"), serviceName))
	return sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about)), nil
}

// closeTime is how long the last spans have to reach the collector.
const closeTime = 5 * time.Second

// Close sends what is left. A nil provider is fine.
func Close(p *Provider) error {
	if p == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return p.Shutdown(ctx)
}
