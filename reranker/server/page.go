// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/page"
)

// page serves one file of the page, which needs no key: it holds nothing that
// is not public, and its requests need one like everybody's.
func (x *exchange) page(a page.Asset) error {
	if x.s.noPage {
		return api.NewProblem(api.CodeNotFound, "no such path")
	}
	h := x.w.Header()
	h.Set("Content-Security-Policy", page.Policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	x.send(http.StatusOK, a.Type, a.Body)
	return nil
}
