// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package docs reads the documentation as a reader would who tries everything:
// links lead somewhere, make targets, commands, flags, chart values and files
// exist, and what is shown as a Reranker or as JSON is one.
package docs
