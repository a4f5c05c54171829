// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package smoke builds the real binary, runs it with the real model and uses
// it as a person would: serve, ask, end.
package smoke
