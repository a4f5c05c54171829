// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package samples reads labelled data for `reranker calibrate`: queries with
// their candidates, and which of them are relevant. Two forms are known.
//
// JSON lines, one query a line:
//
//	{"query": "…", "documents": ["…", "…"], "labels": [1, 0], "priors": [9.1, 7.5], "relevant": 3}
//
// labels has one number for each document, relevant where it is above 0.
// priors, the scores of a first stage, and relevant, the number of relevant
// documents with those that are no candidates, may be absent.
//
// The files of TREC and MS MARCO:
//
//	queries, documents   identifier, tab, text
//	run                  query Q0 document rank score tag, white space between
//	qrels                query 0 document grade, white space between
//
// The candidates of a query are those of the run, in its order, and their
// priors the run's scores.
package samples
