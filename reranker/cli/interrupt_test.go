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
	"syscall"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/bench"
)

// interrupting is a server that a request to a path makes send this process a signal; it
// answers only once the caller has gone.
func interrupting(t *testing.T, path string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			_, _ = io.WriteString(w, `{"status":"healthy"}`)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body) // or nobody notices that the caller has gone
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestASignalEndsABenchWithItsReport(t *testing.T) {
	code, stdout, stderr := run(t, "", "bench", "--url", interrupting(t, "/v1/rerank"), "--scenario", "1x1", "--json", "-")
	var report bench.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || len(report.Scenarios) != 1 || !report.Scenarios[0].Interrupted {
		t.Errorf("%v: %s", err, stdout)
	}
	if code != 128+int(syscall.SIGINT) || !strings.Contains(stderr, "ended by a signal (interrupt)") {
		t.Errorf("status %d, said %q", code, stderr)
	}
}

func TestASignalEndsAPullThatCanGoOn(t *testing.T) {
	t.Setenv("HF_ENDPOINT", interrupting(t, "/owner/name/resolve/v1/config.json"))
	dest := filepath.Join(t.TempDir(), "model")
	code, _, stderr := run(t, "", "model", "pull", "hf://owner/name@v1", "--output", dest)
	if code != 128+int(syscall.SIGINT) || !strings.Contains(stderr, "ended by a signal (interrupt)") {
		t.Errorf("status %d, said %q", code, stderr)
	}
	if _, err := os.Stat(dest + ".lock"); !os.IsNotExist(err) {
		t.Errorf("the lock is still there: %v", err)
	}
}
