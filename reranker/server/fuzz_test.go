// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
)

// FuzzSurface sends any body to any route that works: never a failure of ours,
// always JSON, and of an accepted rerank as many results as were asked for.
func FuzzSurface(f *testing.F) {
	for i, tc := range shapes {
		f.Add(uint8(i), []byte(tc.body))
	}
	for _, tc := range refusals {
		if len(tc.body) < 500 {
			f.Add(uint8(0), []byte(tc.body))
		}
	}
	p := servingPod(func(o *Options) {
		o.Settings.Limits.MaxDocuments = 5
		o.Settings.Limits.MaxQueryCharacters = 20
		o.Settings.Limits.MaxDocumentCharacters = 20
	})
	handler := p.Handler()
	var paths []string
	for _, e := range dialect.Endpoints {
		paths = append(paths, strings.NewReplacer("{owner}", "o", "{model}", "m").Replace(e.Path))
	}
	for _, e := range dialect.PairsEndpoints {
		paths = append(paths, e.Path)
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		path := paths[int(which)%len(paths)]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK && w.Code/100 != 4 {
			t.Fatalf("%s: status %d for %q: %s", path, w.Code, body, w.Body)
		}
		var answer any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v in %s", path, err, w.Body)
		}
		object, ok := answer.(map[string]any)
		if w.Code != http.StatusOK || !ok {
			return
		}
		results, _ := object["results"].([]any)
		last := math.Inf(1)
		for _, v := range results {
			m, _ := v.(map[string]any)
			s, _ := m["relevance_score"].(float64)
			if s > last {
				t.Fatalf("%s: %s is not sorted", path, w.Body)
			}
			last = s
		}
	})
}
