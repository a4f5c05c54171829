// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server"
)

// envRules names a file that reference_rules.py wrote, in place of the sample.
const envRules = "RERANK_RULES"

// verdict is one line of that file.
type verdict struct {
	Body   string
	Accept bool
	Fields []string
	Texts  string
	Method string
	TopK   int `json:"top_k"`
	Known  []string
}

// witness is a ranker that remembers what passed the rules. No text is ranked
// here.
type witness struct{ last *rerank.Request }

func (w *witness) Rerank(_ context.Context, r rerank.Request) (rerank.Response, error) {
	w.last = &r
	resp := rerank.Response{Results: make([]rerank.Result, len(r.Documents))}
	for i := range resp.Results {
		resp.Results[i].Index = i
	}
	return resp, nil
}

func (w *witness) Similarity(context.Context, rerank.SimilarityRequest) (rerank.SimilarityResponse, error) {
	return rerank.SimilarityResponse{}, errors.New("not asked for")
}

func newServer(w *witness) http.Handler {
	s := server.New(server.Options{
		Settings: config.Effective(contract.Settings{}),
		Log:      slog.New(slog.DiscardHandler),
		Metrics:  metrics.New(metrics.Options{Routes: server.MetricRoutes()}),
		Memory:   func() (health.Memory, error) { return health.Memory{}, nil },
	})
	s.Start(&server.Backend{Ranker: w})
	return s.Handler()
}

func TestRulesEqualTheReference(t *testing.T) {
	t.Parallel()
	w := new(witness)
	handler := newServer(w)
	n, accepted, known := 0, 0, 0
	each(t, func(v verdict) {
		n++
		if len(v.Known) > 0 {
			known++
			return
		}
		if v.Accept {
			accepted++
		}
		w.last = nil
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/rerank", strings.NewReader(v.Body))
		r.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		if problem := compare(v, rec, w.last); problem != "" {
			t.Errorf("%s\nbody: %.300s\nanswer: %d %.300s", problem, v.Body, rec.Code, rec.Body)
		}
	})
	t.Logf("%d bodies, %d legal, %d known differences left out", n, accepted, known)
	if n < 1000 || accepted < n/10 || accepted > n*9/10 || known > n/20 {
		t.Errorf("%d bodies of which %d are legal and %d known differences prove little", n, accepted, known)
	}
}

// compare says how the server's verdict differs from the reference's.
func compare(v verdict, rec *httptest.ResponseRecorder, got *rerank.Request) string {
	if accepted := rec.Code == http.StatusOK; accepted != v.Accept {
		return "one accepts and one refuses"
	}
	if v.Accept {
		return compareAccepted(v, rec, got)
	}
	if got != nil {
		return "a refused request reached the ranker"
	}
	var body struct {
		Errors []struct{ Field string }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
		return err.Error()
	}
	var fields []string
	for _, e := range body.Errors {
		fields = append(fields, e.Field)
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	switch rec.Code {
	case http.StatusUnprocessableEntity:
		// Documents beyond the limit end the reading, so that nothing is known
		// of what stands behind them.
		if !slices.Equal(fields, v.Fields) && !strings.Contains(rec.Body.String(), `"documents_too_many"`) {
			return "the fields differ: want " + strings.Join(v.Fields, ", ")
		}
	case http.StatusBadRequest:
		if len(fields) != 1 || !slices.Contains(v.Fields, fields[0]) {
			return "the wrong type is elsewhere: want one of " + strings.Join(v.Fields, ", ")
		}
	default:
		return "the status is neither 422 nor 400"
	}
	return ""
}

func compareAccepted(v verdict, rec *httptest.ResponseRecorder, got *rerank.Request) string {
	h := sha256.New()
	for _, s := range append([]string{got.Query}, got.Documents...) {
		h.Write(append([]byte(s), 0xff))
	}
	if hex.EncodeToString(h.Sum(nil)) != v.Texts {
		return "the stripped texts differ"
	}
	if m := cmp.Or(string(got.Method), contract.DefaultMethod); m != v.Method {
		return "the method is " + m + ", want " + v.Method
	}
	if n := strings.Count(rec.Body.String(), `"rank":`); n != v.TopK {
		return "the number of results differs from top_k"
	}
	return ""
}

// each reads the verdicts.
func each(t *testing.T, visit func(verdict)) {
	t.Helper()
	name := cmp.Or(os.Getenv(envRules), "testdata/rules.jsonl.gz")
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(plain)
	for {
		var v verdict
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		visit(v)
	}
}
