// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apply brings the API server's objects to what package build wants,
// by server-side apply, and touches nothing else.
//
// A write happens only when a wanted field differs from the live object: a
// settled Reranker causes no request that changes anything. An object that
// another owner controls is never adopted.
package apply
