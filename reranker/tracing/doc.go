// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package tracing sends OpenTelemetry traces to a collector over OTLP/HTTP when
// the standard environment variables say so:
//
//	OTEL_EXPORTER_OTLP_TRACES_ENDPOINT   the whole URL, or
//	OTEL_EXPORTER_OTLP_ENDPOINT          the base, to which /v1/traces is added
//	OTEL_EXPORTER_OTLP_[TRACES_]HEADERS, _TIMEOUT, _CERTIFICATE, _PROTOCOL
//	OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER=none
//	OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER[_ARG], OTEL_BSP_*
//
// The last line is read by the SDK. Without an endpoint there is no provider, no
// goroutine and nothing to pay for.
//
// Spans are made and batched by the SDK and transformed by its otlptrace
// package. Only the few lines that post them are our own: the SDK's exporters
// bring all of gRPC along, which is five megabytes of the binary and a large
// surface for a program that posts one message.
package tracing
