// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/guard/certificate/certificatetest"
)

// TestNoSecretLeavesTheServer gives a server that logs everything it can every
// secret that it may see, in every place where callers put them, and looks for
// them in all that comes out.
func TestNoSecretLeavesTheServer(t *testing.T) {
	const (
		key, added = "k-3f9a77d0c4e14b0aa1", "k-9b1d60e2f7c84511bb" // known from the start, and from a rotation
		stranger   = "k-0000unknown0key0000"
		text       = "Xanadu-4711" // in queries and documents
	)
	keys, mounted, now := t.TempDir(), t.TempDir(), time.Now()
	certificate := certificatetest.New(t, "search", now.Add(-time.Hour), now.Add(time.Hour))
	certificate.Write(t, mounted)
	name := filepath.Join(keys, "search")
	if err := os.WriteFile(name, []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	p := serve(t, "--tls", mounted, "--api-keys", keys, "--log-level", "debug", "--key-requests-per-minute", "12", "--drain-delay", "0s")
	base := "https" + strings.TrimPrefix(p.URL, "http")
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: certificatetest.Roots(certificate), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	var out bytes.Buffer // what callers see
	statuses := map[int]int{}
	ask := func(method, path, body string, header http.Header) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header.Clone()
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		statuses[resp.StatusCode]++
		if err := resp.Header.Write(&out); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == http.StatusOK {
			return // an answer may hold what its caller sent
		}
		if _, err := out.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
	}
	good, blank := `{"query":"`+text+`","documents":["`+text+`","x"]}`, `{"query":" ","documents":["`+text+`"]}`
	for _, token := range []string{key, stranger} {
		for _, header := range []http.Header{
			{"Authorization": {"Bearer " + token}},
			{"Authorization": {token}},
			{"Authorization": {"Basic " + token}},
			{"Api-Key": {token}},
			{"X-Api-Key": {token}},
		} {
			for _, body := range []string{good, blank, "{" + text, `{"` + text + `":1}`} {
				ask(http.MethodPost, "/v1/rerank", body, header)
			}
			ask(http.MethodGet, "/v1/models", "", header)
		}
		ask(http.MethodPost, "/v1/rerank?key="+token, good, http.Header{})
		ask(http.MethodPost, "/"+token, good, http.Header{"Authorization": {"Bearer " + token}})
	}
	if err := os.WriteFile(name, []byte(added), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, p, "the new key is known", func() bool { return strings.Contains(p.Log(), "Read the keys again") })
	ask(http.MethodPost, "/v1/rerank", good, http.Header{"Authorization": {"Bearer " + added}})
	ask(http.MethodGet, "/health", "", http.Header{"Authorization": {"Bearer " + added}}) // logged for debugging only
	if err := os.WriteFile(name, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, p, "a short key is refused", func() bool { return strings.Contains(p.Log(), "Kept the old keys") })

	for _, status := range []int{200, 400, 401, 404, 422, 429} {
		if statuses[status] == 0 {
			t.Errorf("no answer of status %d: %v", status, statuses)
		}
	}
	_, page := get(t, p.Metrics+"/metrics")
	if err := p.Stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
	log := p.Log()
	if !strings.Contains(log, `"key":"search"`) || !strings.Contains(log, `"level":"DEBUG"`) {
		t.Error("the log does not name the key, or is not complete")
	}
	for what, s := range map[string]string{
		"a key": key, "a new key": added, "a wrong key": stranger, "a text": text,
		"the private key": strings.Split(string(certificate.Key), "\n")[1],
	} {
		for where, said := range map[string]string{"log": log, "metrics": page, "answers": out.String()} {
			if i := strings.Index(said, s); i >= 0 {
				t.Errorf("%s is in the %s: %s", what, where, said[max(0, i-200):min(len(said), i+100)])
			}
		}
	}
}
