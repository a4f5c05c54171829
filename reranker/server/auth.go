// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"errors"
	"log/slog"
	"math"
	"strconv"

	"github.com/quantumrerank/quantumrerank/reranker/guard/auth"
	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
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
	if x.s.quotas == nil || x.route.access != serving {
		return nil
	}
	return x.charge(name)
}

// charge notes the request in the book of its key, and tells the caller what
// the key has left in the headers that clients know for it.
func (x *exchange) charge(name string) error {
	leave, left, err := x.s.quotas.Enter(name)
	if left.Limit > 0 {
		h := x.w.Header()
		h.Set("RateLimit-Policy", strconv.Itoa(left.Limit)+";w=60")
		h.Set("RateLimit-Limit", strconv.Itoa(left.Limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(left.Remaining))
		h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil(left.Reset.Seconds()))))
	}
	var refused *quota.RefusedError
	if errors.As(err, &refused) {
		code := api.CodeRateLimited
		if refused.Reason == quota.Concurrency {
			code = api.CodeConcurrencyLimited
		}
		p := api.NewProblem(code, "%s", refused.Error())
		p.RetryAfter = refused.RetryAfter
		return p
	}
	x.leave = leave
	return err
}
