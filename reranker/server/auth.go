// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"log/slog"

	"github.com/quantumrerank/quantumrerank/reranker/guard/auth"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// authenticate refuses a caller without a known key. The name of the key goes
// to the log, the key nowhere.
func (x *exchange) authenticate() error {
	if x.s.keys == nil {
		return nil
	}
	token := auth.Token(x.r.Header)
	if token == "" {
		return api.NewProblem(api.CodeUnauthorized, "a key is required: send Authorization: Bearer <key>")
	}
	name, ok := x.s.keys.Identify(token)
	if !ok {
		return api.NewProblem(api.CodeUnauthorized, "the key is not valid")
	}
	x.fact(slog.String("key", name))
	return nil
}
