// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/bench"
)

func benchServer(t *testing.T, status int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/rerank" {
			if r.Header.Get("Authorization") != "Bearer of good news" {
				status = http.StatusUnauthorized
			}
			w.WriteHeader(status)
		}
		_, _ = io.WriteString(w, `{"status":"healthy","results":[{"index":0}]}`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestBenchSaysByItsStatusWhetherTargetsHold(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("of good news\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	common := []string{"bench", "--scenario", "3x2", "--key-file", key, "--max-p95", "1h", "--json", "-"}
	code, stdout, stderr := run(t, "", append(common, "--url", benchServer(t, http.StatusOK))...)
	var report bench.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitOK || !report.Met || report.Scenarios[0].Answered != 6 {
		t.Errorf("status %d, %v, %+v; said %q", code, err, report, stderr)
	}
	if strings.Contains(stdout+stderr, "good news") {
		t.Error("the key was printed")
	}
	code, _, stderr = run(t, "", append(common, "--url", benchServer(t, http.StatusInternalServerError))...)
	if code != exitFailed || !strings.Contains(stderr, "not all targets are met") {
		t.Errorf("with errors: status %d, said %q", code, stderr)
	}
	page := filepath.Join(t.TempDir(), "report.html")
	code, stdout, _ = run(t, "", append(common[:6], "--rate", "100", "--duration", "50ms", "--html", page)...)
	if code != exitUsage || stdout != "" {
		t.Errorf("a rate and a scenario: status %d", code)
	}
	t.Setenv("QUANTUMRERANK_KEY", "of good news")
	args := []string{"bench", "--rate", "100", "--duration", "50ms", "--documents", "2:1,3:1", "--html", page, "--max-p95", "1h", "--url", benchServer(t, http.StatusOK)}
	if code, _, stderr = run(t, "", args...); code != exitOK {
		t.Errorf("a rate: status %d, said %q", code, stderr)
	}
	if html, err := os.ReadFile(page); err != nil || !strings.Contains(string(html), "<svg") {
		t.Errorf("no report with plots: %v", err)
	}
}

func TestMistakesInALoadAreToldBeforeIt(t *testing.T) {
	for want, args := range map[string][]string{
		`scenario "10"`:          {"--scenario", "10"},
		`documents "x"`:          {"--documents", "x"},
		"--rate is -1":           {"--rate", "-1"},
		"--rate is NaN":          {"--rate", "NaN"},
		"--repeat is NaN":        {"--repeat", "NaN"},
		"--duration is 0s":       {"--rate", "1", "--duration", "0s"},
		`--arrivals is "bursts"`: {"--rate", "1", "--arrivals", "bursts"},
		"--repeat is 2":          {"--repeat", "2"},
		"no such file":           {"--key-file", filepath.Join(t.TempDir(), "none")},
	} {
		code, _, stderr := run(t, "", append([]string{"bench", "--url", "http://127.0.0.1:1"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: status %d, said %q", args, code, stderr)
		}
	}
	code, _, stderr := run(t, "", "bench", "targets", "--url", "http://127.0.0.1:1")
	if code != exitFailed || !strings.Contains(stderr, "the server does not answer") {
		t.Errorf("status %d, said %q", code, stderr)
	}
}
