// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package status computes a Reranker's status from what was observed. It is
// pure: the same input gives the same status, and the clock is an argument.
//
// The conditions follow kstatus: a person or tool that knows only Ready,
// Reconciling and Stalled reads them right. Ready carries the worst cause,
// taken from the pods themselves, so that `kubectl get rr` says why.
package status
