// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command budget measures what a rerank loses when there is no time to encode
// every document: nDCG@10 over the candidates of a first stage (BM25, the best
// 100), as a function of how many of them are encoded, the most promising ones
// first, by the real request path over the real model.
//
// The budget is counted in documents and not in time, so that neither the
// machine nor its load changes the result. Where 50, 100, 200 and 500 ms lie on
// that scale follows from the processor time that encoding took in the same run.
//
// It writes docs/quality-budget.md and its plot, docs/quality-budget.svg.
package main
