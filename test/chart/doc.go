// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package chart tests the Helm chart with a real helm: snapshots of what it
// renders, the shape of every object, and what its schema refuses.
package chart
