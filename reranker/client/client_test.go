// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script answers one request after the other, in a bubble and without a
// network.
type script struct {
	steps []func(*http.Request) *http.Response
	got   []*http.Request
	times []time.Time
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	n := len(s.got)
	s.got, s.times = append(s.got, r), append(s.times, time.Now())
	resp := s.steps[min(n, len(s.steps)-1)](r)
	if resp == nil {
		return nil, errors.New("connection reset")
	}
	return resp, nil
}

func reply(status int, body string, headers ...string) func(*http.Request) *http.Response {
	return func(*http.Request) *http.Response {
		w := httptest.NewRecorder()
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return w.Result()
	}
}

func broken(*http.Request) *http.Response { return nil }

const (
	good = `{"results":[{"index":1,"relevance_score":0.9,"rank":1,"metadata":{"stage":"encoded"}}],"method_used":"hybrid"}`
	busy = `{"error":"Overloaded","message":"the server is busy","code":"overloaded","request_id":"abc-1"}`
)

func newClient(t *testing.T, s *script, options ...Option) *Client {
	t.Helper()
	c, err := New("http://server:8000/", append(options, WithHTTPClient(&http.Client{Transport: s}))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var request = Request{Query: "q", Documents: []string{"a", "b"}, TopK: 1, Degradation: "Never"}

func TestRerankSendsWhatItWasToldAndReadsTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(*http.Request) *http.Response{reply(200, good)}}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		a, err := newClient(t, s, WithKey("k")).Rerank(ctx, request)
		if err != nil {
			t.Fatal(err)
		}
		want := &Answer{Results: []Result{{Index: 1, Score: 0.9, Rank: 1, Metadata: Metadata{Stage: "encoded"}}}, MethodUsed: "hybrid"}
		if diff := cmp.Diff(want, a); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		r := s.got[0]
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"query":"q","documents":["a","b"],"top_k":1,"return_documents":false}`; string(body) != want || r.URL.String() != "http://server:8000/v1/rerank" {
			t.Errorf("%s %s", r.URL, body)
		}
		for name, want := range map[string]string{
			"Authorization": "Bearer k", "Request-Timeout-Ms": "1500", "X-Rerank-Degradation": "Never", "Content-Type": "application/json",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestRetriesObeyTheServer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		steps    []func(*http.Request) *http.Response
		timeout  time.Duration
		requests int
		code     string // of the error, "" for none
		// shortest and longest bound the first pause.
		shortest, longest time.Duration
	}{
		"the finer header counts": {
			steps:    []func(*http.Request) *http.Response{reply(429, busy, "Retry-After", "2", "Retry-After-Ms", "1200"), reply(200, good)},
			requests: 2, shortest: 1200 * time.Millisecond, longest: 1320 * time.Millisecond,
		},
		"whole seconds": {
			steps:    []func(*http.Request) *http.Response{reply(503, busy, "Retry-After", "2"), reply(200, good)},
			requests: 2, shortest: 2 * time.Second, longest: 2200 * time.Millisecond,
		},
		"no header": {
			steps:    []func(*http.Request) *http.Response{reply(503, ""), reply(200, good)},
			requests: 2, shortest: 50 * time.Millisecond, longest: 100 * time.Millisecond,
		},
		"a broken connection": {
			steps:    []func(*http.Request) *http.Response{broken, reply(200, good)},
			requests: 2, shortest: 50 * time.Millisecond, longest: 100 * time.Millisecond,
		},
		"three requests at most": {
			steps:    []func(*http.Request) *http.Response{reply(429, busy, "Retry-After", "1")},
			requests: 3, code: "overloaded", shortest: time.Second, longest: 1100 * time.Millisecond,
		},
		"not beyond the deadline": {
			steps:   []func(*http.Request) *http.Response{reply(429, busy, "Retry-After", "5")},
			timeout: 4 * time.Second, requests: 1, code: "overloaded",
		},
		"a fault of the caller's": {
			steps:    []func(*http.Request) *http.Response{reply(422, `{"code":"query_empty","message":"query cannot be empty"}`)},
			requests: 1, code: "query_empty",
		},
		"a failure of the server's": {
			steps:    []func(*http.Request) *http.Response{reply(500, `{"code":"internal"}`)},
			requests: 1, code: "internal",
		},
		"the deadline on the server": {
			steps:    []func(*http.Request) *http.Response{reply(504, `{"code":"deadline_exceeded"}`)},
			requests: 1, code: "deadline_exceeded",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				if tc.timeout > 0 {
					ctx, cancel = context.WithTimeout(t.Context(), tc.timeout)
				}
				defer cancel()
				s := &script{steps: tc.steps}
				_, err := newClient(t, s).Rerank(ctx, request)
				var e *Error
				if errors.As(err, &e) != (tc.code != "") || (e != nil && e.Code != tc.code) {
					t.Errorf("error %v, want code %q", err, tc.code)
				}
				if len(s.got) != tc.requests {
					t.Fatalf("%d requests, want %d", len(s.got), tc.requests)
				}
				if tc.requests > 1 {
					if pause := s.times[1].Sub(s.times[0]); pause < tc.shortest || pause > tc.longest {
						t.Errorf("pause %v, want %v to %v", pause, tc.shortest, tc.longest)
					}
				}
			})
		})
	}
}

func TestTheDeadlineShrinksWithEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []func(*http.Request) *http.Response{reply(429, busy, "Retry-After", "1"), reply(200, good)}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := newClient(t, s).Rerank(ctx, request); err != nil {
			t.Fatal(err)
		}
		ms, err := strconv.Atoi(s.got[1].Header.Get("Request-Timeout-Ms"))
		if err != nil || ms > 9000 || ms < 8900 {
			t.Errorf("second deadline %d ms, %v", ms, err)
		}
	})
}

func TestCancellingEndsThePause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		time.AfterFunc(time.Second, cancel)
		s := &script{steps: []func(*http.Request) *http.Response{reply(429, busy, "Retry-After", "60")}}
		var e *Error
		if _, err := newClient(t, s).Rerank(ctx, request); !errors.As(err, &e) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestErrorsCarryWhatTheServerSaid(t *testing.T) {
	t.Parallel()
	s := &script{steps: []func(*http.Request) *http.Response{reply(422,
		`{"code":"document_empty","message":"document 3 cannot be empty","request_id":"abc-1","errors":[{"code":"document_empty","field":"documents","index":3,"limit":1,"value":0,"message":"m"}]}`)}}
	_, err := newClient(t, s).Similarity(t.Context(), SimilarityRequest{Text: "a", Others: []string{"b"}})
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.Status != 422 || len(e.Violations) != 1 || *e.Violations[0].Index != 3 || e.Temporary() {
		t.Errorf("got %+v", e)
	}
	if want := "rerank: document 3 cannot be empty (status 422, code document_empty, request abc-1)"; e.Error() != want {
		t.Errorf("text %q", e.Error())
	}
	s.steps[0] = reply(404, "<html>not a rerank server</html>", "X-Request-ID", "proxy-7")
	_, err = newClient(t, s).Rerank(t.Context(), request)
	if !errors.As(err, &e) || e.Code != "" || e.Status != 404 || e.RequestID != "proxy-7" {
		t.Errorf("foreign error %+v", e)
	}
}

func TestNewRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "server:8000", "ftp://server", "http://", "http://[::1"} {
		if _, err := New(base); err == nil || !strings.Contains(err.Error(), "address") {
			t.Errorf("New(%q): %v", base, err)
		}
	}
}

func TestErrorsHaveAKindForEachStatus(t *testing.T) {
	t.Parallel()
	kinds := map[string]error{
		"invalid": ErrInvalid, "unauthorized": ErrUnauthorized, "overloaded": ErrOverloaded,
		"unavailable": ErrUnavailable, "deadline": ErrDeadline,
	}
	for status, want := range map[int]string{
		400: "invalid", 413: "invalid", 415: "invalid", 422: "invalid", 401: "unauthorized", 403: "unauthorized",
		429: "overloaded", 502: "unavailable", 503: "unavailable", 504: "deadline", 404: "", 500: "",
	} {
		s := &script{steps: []func(*http.Request) *http.Response{reply(status, `{}`)}}
		_, err := newClient(t, s, WithRetry(NoRetry)).Rerank(t.Context(), request)
		for name, kind := range kinds {
			if errors.Is(err, kind) != (name == want) {
				t.Errorf("status %d is %s: %v", status, name, errors.Is(err, kind))
			}
		}
	}
}

func TestRetryAfterIsReadInEveryForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tc := range []struct {
		ms, after string
		want      time.Duration
	}{
		{"1500", "9", 1500 * time.Millisecond},
		{"", "9", 9 * time.Second},
		{"soon", "9", 9 * time.Second},
		{"-1", "", 0},
		{"", "Fri, 02 Jan 2026 03:04:15 GMT", 10 * time.Second},
		{"", "Fri, 02 Jan 2026 03:04:00 GMT", 0},
		{"", "99999999999999", maxRetryAfter},
		{"9223372036854775807", "", maxRetryAfter},
		{"", "later", 0},
	} {
		h := http.Header{"Retry-After-Ms": {tc.ms}, "Retry-After": {tc.after}}
		if got := retryAfter(h, now); got != tc.want {
			t.Errorf("%q and %q: %v, want %v", tc.ms, tc.after, got, tc.want)
		}
	}
}

func TestPausesDoNotOverflow(t *testing.T) {
	r := Retry{First: 100 * time.Millisecond, Longest: time.Minute}
	for attempt := 1; attempt < 200; attempt++ {
		if p := r.pause(attempt, errors.New("away")); p < 50*time.Millisecond || p > time.Minute {
			t.Fatalf("attempt %d: a pause of %v", attempt, p)
		}
	}
}
