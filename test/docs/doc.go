// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package docs reads the documentation as a reader would who tries everything:
// links lead somewhere, make targets, commands, flags, chart values and files
// exist, what is shown as a Reranker or as JSON is one, and blocks of commands
// are run: without a cluster by the unit tests, with one by `make e2e`.
package docs
