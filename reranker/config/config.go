// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import "github.com/quantumrerank/quantumrerank/reranker/contract"

// Config is everything a process needs to know.
type Config struct {
	// Settings is what the operator may tell a pod.
	Settings contract.Settings
	// Process is what only the process's own command line and environment say.
	Process Process
}

// Process holds the settings that have no place in a Reranker.
type Process struct {
	// Address and MetricsAddress are the two listeners, as "host:port" or ":port".
	Address        string
	MetricsAddress string
	// Threads is how many cores the engine uses; 0 means as many as the
	// process may use (GOMAXPROCS).
	Threads int
	// Kernel names the engine's set of kernels; empty takes the fastest that
	// this CPU can run.
	Kernel string
	// Precision is the engine's arithmetic; "auto" takes the fastest on this CPU
	// whose scores are within its bound of those in float32.
	Precision string
	// KeysDir is a directory of API keys, one file each; empty lets everybody
	// in.
	KeysDir string
	// KeyRequestsPerMinute and KeyConcurrentRequests bound what one key may
	// use; 0 for no bound.
	KeyRequestsPerMinute  int
	KeyConcurrentRequests int
	// TLSDir is a directory with a certificate and its key, tls.crt and tls.key;
	// empty serves the API without TLS.
	TLSDir string
	// Page is PageOn or PageOff: whether the page to try queries is served.
	Page string
	// MetricsCompat is CompatNone or CompatTEI: whose names of metrics are served
	// beside our own.
	MetricsCompat string
	// LogLevel is debug, info, warn or error.
	LogLevel string
	// LogFormat is json or text.
	LogFormat string
}

// Values of Process.Page.
const (
	PageOn  = "on"
	PageOff = "off"
)

// Values of Process.MetricsCompat.
const (
	CompatNone = "none"
	CompatTEI  = "tei"
)

// Defaults of Process.
const (
	DefaultAddress        = ":8000"
	DefaultMetricsAddress = ":8001"
	DefaultPrecision      = "auto"
	DefaultPage           = PageOn
	DefaultMetricsCompat  = CompatNone
	DefaultLogLevel       = "info"
	DefaultLogFormat      = "json"
)
