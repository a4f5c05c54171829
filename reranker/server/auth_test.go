// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
)

// oneKey knows one key by the name "search".
type oneKey string

func (k oneKey) Identify(token string) (string, bool) { return "search", token == string(k) }

func TestKeysGuardTheWorkAndNotTheHealth(t *testing.T) {
	t.Parallel()
	const key = "s3cret-key-0123456789"
	p := servingPod(func(o *Options) { o.Keys = oneKey(key) })
	for _, r := range routes() {
		path := strings.NewReplacer("{owner}", "o", "{model}", "m").Replace(r.path)
		body := ""
		if r.method == http.MethodPost {
			body = `{}`
		}
		for name, tc := range map[string]struct {
			header []string
			known  bool
		}{
			"no key": {nil, false}, "wrong key": {[]string{"Authorization", "Bearer wrong"}, false},
			"right key": {[]string{"Authorization", "Bearer " + key}, true},
		} {
			w := p.do(t, r.method, path, body, tc.header...)
			refused := w.Code == http.StatusUnauthorized
			if want := !tc.known && r.access != open; refused != want {
				t.Errorf("%s %s with %s: status %d", r.method, path, name, w.Code)
			}
			if refused && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%s: no WWW-Authenticate", path)
			}
		}
	}
	log := p.log.String()
	if strings.Contains(log, key) || !strings.Contains(log, `"key":"search"`) {
		t.Error("the log must have the key's name and not the key")
	}
	if !strings.Contains(p.do(t, http.MethodGet, "/info", "", "X-API-Key", key).Body.String(), `"auth":true,"warnings":[]`) {
		t.Error("info warns although keys are on")
	}
}

func TestAKeyThatHasUsedItsShareIsToldSo(t *testing.T) {
	t.Parallel()
	const key = "s3cret-key-0123456789"
	header := []string{"Authorization", "Bearer " + key}
	p := servingPod(func(o *Options) {
		o.Keys = oneKey(key)
		o.Quotas = quota.New(quota.Options{PerMinute: 2, Now: func() time.Time { return time.Unix(1, 0) }})
	})
	const body = `{"query":"q","documents":["a"]}`
	for i, want := range []struct {
		status                  int
		remaining, reset, retry string
	}{{200, "1", "30", ""}, {200, "0", "60", ""}, {429, "0", "60", "30"}} {
		w := p.post(t, "/v1/rerank", body, header...)
		h := w.Header()
		got := []string{h.Get("RateLimit-Limit"), h.Get("RateLimit-Policy"), h.Get("RateLimit-Remaining"), h.Get("RateLimit-Reset"), h.Get("Retry-After")}
		if diff := cmp.Diff([]string{"2", "2;w=60", want.remaining, want.reset, want.retry}, got); diff != "" || w.Code != want.status {
			t.Errorf("request %d: status %d, want %d; headers (-want +got)\n%s", i, w.Code, want.status, diff)
		}
	}
	if w := p.post(t, "/compat/vllm/rerank", body, header...); w.Code != 429 || !strings.Contains(w.Body.String(), `"error":{`) {
		t.Errorf("in a dialect: status %d: %s", w.Code, w.Body)
	}
	if code := object(t, p.post(t, "/v1/rerank", body, header...).Body)["code"]; code != "rate_limited" {
		t.Errorf("code %v", code)
	}
	for _, path := range []string{"/info", "/health", "/v1/models"} {
		if w := p.do(t, http.MethodGet, path, "", header...); w.Code != http.StatusOK || w.Header().Get("RateLimit-Limit") != "" {
			t.Errorf("%s is no work and must cost nothing: status %d", path, w.Code)
		}
	}
}

func TestAKeysPlaceIsFreeAgainHoweverARequestEnds(t *testing.T) {
	t.Parallel()
	const key = "s3cret-key-0123456789"
	header := []string{"X-API-Key", key}
	p := servingPod(func(o *Options) {
		o.Keys, o.Quotas = oneKey(key), quota.New(quota.Options{Concurrent: 1})
	})
	const body = `{"query":"q","documents":["a"]}`
	p.ranker.hook = func(context.Context) error {
		p.ranker.mu.Lock()
		p.ranker.hook = func(context.Context) error { panic("boom") }
		p.ranker.mu.Unlock()
		if code := object(t, p.post(t, "/v1/rerank", body, header...).Body)["code"]; code != "concurrency_limited" {
			t.Errorf("a second request at a time: code %v", code)
		}
		return nil
	}
	for i, want := range []int{200, 500, 422, 200} {
		sent := body
		switch i {
		case 2:
			sent = `{}`
		case 3:
			p.ranker.hook = nil
		}
		if w := p.post(t, "/v1/rerank", sent, header...); w.Code != want {
			t.Errorf("request %d: status %d, want %d", i, w.Code, want)
		}
	}
}

// TestAStrangersConnectionEndsInGoodOrder sends bodies that nobody reads.
func TestAStrangersConnectionEndsInGoodOrder(t *testing.T) {
	t.Parallel()
	p := servingPod(func(o *Options) { o.Keys = oneKey("s3cret-key-0123456789") })
	said := new(syncBuffer)
	pod := httptest.NewUnstartedServer(p.Handler())
	pod.Config.ErrorLog = log.New(said, "", 0)
	pod.Start()
	for _, size := range []int{10, 10, 1 << 20, 10} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, pod.URL+"/v1/rerank", strings.NewReader(strings.Repeat("x", size)))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := pod.Client().Do(r)
		if err != nil {
			t.Errorf("%d bytes: %v", size, err)
			continue
		}
		if resp.Body.Close() != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%d bytes: status %d", size, resp.StatusCode)
		}
	}
	pod.Close()
	if said.String() != "" {
		t.Errorf("net/http complains: %s", said.String())
	}
}
