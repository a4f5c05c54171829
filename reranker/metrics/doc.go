// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package metrics is what a pod tells Prometheus. It is the only place that
// knows the names of the series; everybody else calls methods.
//
// Two rules hold for every metric: label values come from closed sets, never
// from callers, and every series exists at 0 from the start, so that a rate or
// an alert over it works before the first event. Latency histograms have the
// targets of the Reranker among their bounds, so that the share of requests
// within the target is exact and not interpolated; native histograms stand
// beside the classic buckets for those who store them.
package metrics
