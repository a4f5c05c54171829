// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package arch holds the rules of the house as tests: who may import whom,
// which packages stay pure, what every file carries and what no file may
// contain. A rule that is only written in a document is broken within a
// month; a rule that fails the build is kept.
package arch
