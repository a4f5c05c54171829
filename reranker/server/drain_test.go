// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// bluntClient sends a whole request before it reads anything, as the clients
// of many languages do.
type bluntClient struct {
	net.Conn
	answers *bufio.Reader
}

func dialBlunt(t *testing.T, url string) *bluntClient {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &bluntClient{conn, bufio.NewReader(conn)}
}

// post returns the status of the answer and its body.
func (c *bluntClient) post(t *testing.T, body string) (int, string) {
	t.Helper()
	head := fmt.Sprintf("POST /v1/rerank HTTP/1.1\r\nHost: pod\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(body))
	if _, err := io.WriteString(c, head+body); err != nil {
		t.Fatalf("the connection was closed while the body was sent: %v", err)
	}
	resp, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestWhoSendsBeforeReadingSeesTheRefusal(t *testing.T) {
	t.Parallel()
	small := `{"query":"q","documents":["a"]}`
	large := `{"query":"q","documents":["` + strings.Repeat("a", 8<<20) + `"]}`
	tests := map[string]struct {
		limit  int64
		body   string
		status int
	}{
		"a body beyond the limit":           {1 << 20, large, http.StatusRequestEntityTooLarge},
		"a body for which there is no room": {16 << 20, large, http.StatusTooManyRequests},
		"a body that is no JSON":            {16 << 20, "}" + large, http.StatusBadRequest},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPod(func(o *Options) { o.Settings.Limits.MaxBodyBytes = tc.limit })
			b := p.backend()
			b.Hold = func(bytes int64) (func(), error) {
				if bytes > 1<<20 && tc.status == http.StatusTooManyRequests {
					return nil, &rerank.OverloadedError{Reason: limit.ReasonBytes}
				}
				return func() {}, nil
			}
			p.Start(b)
			pod := httptest.NewServer(p.Handler())
			defer pod.Close()
			c := dialBlunt(t, pod.URL)
			if status, text := c.post(t, tc.body); status != tc.status {
				t.Fatalf("status %d, want %d: %.300s", status, tc.status, text)
			}
			if status, text := c.post(t, small); status != http.StatusOK {
				t.Errorf("the next request of the connection: status %d: %.300s", status, text)
			}
		})
	}
}

func TestAConnectionWithAnUnreadBodyIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	p := servingPod(func(o *Options) { o.Settings.Limits.MaxBodyBytes = 100 })
	pod := httptest.NewServer(p.Handler())
	defer pod.Close()
	c := dialBlunt(t, pod.URL)
	// The caller waits for a word before it sends its body, and gets a refusal.
	// Whether it sends the body now is its own choice: what follows is unclear.
	head := "POST /v1/rerank HTTP/1.1\r\nHost: pod\r\nContent-Type: application/json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || !resp.Close {
		t.Errorf("status %d, close %v", resp.StatusCode, resp.Close)
	}
	if _, err := c.answers.ReadByte(); !errors.Is(err, io.EOF) {
		t.Errorf("the connection is still open: %v", err)
	}
}

// unreadable fails a test that reads it.
type unreadable struct{ t *testing.T }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.ErrUnexpectedEOF
}

func TestTheDoorIsAskedBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	var asked []rerank.Policy
	p := newPod()
	b := p.backend()
	b.Door = func(policy rerank.Policy, patience time.Duration) error {
		asked = append(asked, policy)
		if patience <= 0 || patience > 250*time.Millisecond {
			t.Errorf("patience is %v, the caller has 250 ms", patience)
		}
		return &rerank.OverloadedError{Reason: limit.ReasonQueue, RetryAfter: 1500 * time.Millisecond}
	}
	p.Start(b)
	for _, path := range []string{"/v1/rerank", "/v1/similarity"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, unreadable{t})
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Request-Timeout-Ms", "250")
		r.Header.Set("X-Rerank-Degradation", "OnOverload")
		r.Header.Set("Expect", "100-continue")
		w := p.serveRequest(r)
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "2" || w.Header().Get("Retry-After-Ms") != "1500" {
			t.Errorf("%s: status %d, headers %v", path, w.Code, w.Header())
		}
	}
	if diff := cmp.Diff([]rerank.Policy{rerank.OnOverload, rerank.Never}, asked); diff != "" {
		t.Errorf("policies at the door (-want +got):\n%s", diff)
	}
}

// A client of HTTP/2 may stop sending when it has the head of the answer, and wait
// for its end.
func TestARefusalOverHTTP2IsNotHeldUpByTheBody(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(servingPod().Handler())
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	start := time.Now()
	resp, err := s.Client().Post(s.URL+"/v1/rerank", "application/json", strings.NewReader(strings.Repeat(" ", 20<<20)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.ProtoMajor != 2 || resp.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(body), "body_too_large") {
		t.Errorf("%s %s, error %v: %s", resp.Proto, resp.Status, err, body)
	}
	if took := time.Since(start); took > drainTime/2 { // drainPause, and what a busy machine adds
		t.Errorf("took %v", took)
	}
}
