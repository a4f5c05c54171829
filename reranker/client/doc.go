// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package client asks a rerank server for rankings and similarities.
//
//	c, err := client.New("http://search-reranker.rag.svc")
//	answer, err := c.Rerank(ctx, client.Request{
//		Query:     "What is machine learning?",
//		Documents: documents,
//		TopK:      10,
//	})
//	for _, r := range answer.Results {
//		fmt.Println(r.Score, documents[r.Index])
//	}
//
// The deadline of the context travels to the server, which then answers in
// time with what it has or refuses at once. Refusals that time can cure
// (overload, a pod that is loading or leaving, a connection that broke) are
// tried again, no sooner than the server asks for and never beyond the
// deadline. Everything else comes back as an *Error with a code to switch over.
package client
