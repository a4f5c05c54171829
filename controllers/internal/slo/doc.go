// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package slo watches what Rerankers promise, without a Prometheus.
//
//	scrape.go    asks a pod for its counters
//	sample.go    the counters of one moment, and their difference
//	window.go    the counters of one pod over time
//	verdict.go   are the targets met?            (pure)
//	planner.go   how many pods at least?         (pure)
//	watcher.go   does all of it every 15 seconds, on the leader
//
// The pods' histograms have the targets among their bounds, so the share of
// requests within a target is exact, not interpolated. Missing data is never
// read as zero: it makes the verdict Unknown and moves nothing.
package slo
