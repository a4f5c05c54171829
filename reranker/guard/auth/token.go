// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package auth

import (
	"net/http"
	"strings"
)

// Token returns the key that a request carries, "" for none. Known clients
// write "Authorization: Bearer <key>", the key alone into Authorization, or
// use the headers Api-Key and X-API-Key.
func Token(h http.Header) string {
	if v := strings.TrimSpace(h.Get("Authorization")); v != "" {
		scheme, rest, found := strings.Cut(v, " ")
		switch {
		case !found:
			return v
		case strings.EqualFold(scheme, "Bearer"):
			return strings.TrimSpace(rest)
		}
		return ""
	}
	if v := h.Get("Api-Key"); v != "" {
		return strings.TrimSpace(v)
	}
	return strings.TrimSpace(h.Get("X-API-Key"))
}
