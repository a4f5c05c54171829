// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package server is the pod's HTTP surface: routes, dialects, health, and the
// life of the process around them.
//
// A request goes through here in one straight line (exchange.go): it gets an
// id, is checked for its key, read, judged by the rules of its dialect, handed
// to the Ranker, rendered, logged and counted. Handlers return errors and
// never write them; one place turns an error into a problem, a log line and a
// metric. A panic is one more error: the caller sees the API's structured
// 500 and the stack stands in the log.
//
// No text of a query or a document is ever logged or put into an error.
package server
