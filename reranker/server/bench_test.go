// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkSurface is the cost of the HTTP surface alone: decode, check, render,
// log and count, with a ranker that costs next to nothing.
func BenchmarkSurface(b *testing.B) {
	for _, n := range []int{4, 100, 1000} {
		b.Run(fmt.Sprintf("documents=%d", n), func(b *testing.B) {
			doc := `"` + strings.Repeat("The quick brown fox jumps over the lazy dog. ", 14) + `"`
			body := `{"query":"q","documents":[` + strings.Repeat(doc+",", n-1) + doc + `],"return_documents":false}`
			p := servingPod()
			handler := p.Handler()
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				p.ranker.requests = p.ranker.requests[:0]
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/v1/rerank", strings.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
