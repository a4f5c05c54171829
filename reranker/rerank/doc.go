// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package rerank is the path of a request from texts to a ranked answer. It
// reads like its story:
//
//	check    the request's own limits (request.go)
//	admit    bytes and predicted wait, or refuse at once (admit.go)
//	plan     which texts are known, which are to be encoded, in what order (plan.go)
//	gather   known vectors from the cache, the rest from the encoder in
//	         micro-batches, in turn with other requests, until the time is up
//	         (gather.go, encode.go)
//	score    each pair by the method, behind a circuit breaker (score.go)
//	rank     best first, ties by ascending index (rank.go)
//
// A full score depends on the query, the document and the settings alone: not
// on the other documents, the cache, the order of work or the load.
//
// What could not be scored in full is said, never hidden. Where the policy
// allows an answer before all documents are scored, those that are not rank
// below all that are, in the order of a cheap prior, with scores on a scale of
// their own:
//
//	score = lowest full score / 2 * prior,   prior in [0,1]
//
// and with 1 in place of the lowest full score where nothing was scored in
// full. They carry the stage "prior". When the quantum path fails or its
// breaker is open, the answer is the classical one and says so.
package rerank
