// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package smoke

import (
	"crypto/tls"
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/guard/certificate/certificatetest"
)

// TestTLS serves over TLS, puts load on it with the command that people use, and
// renews the certificate while the server runs.
func TestTLS(t *testing.T) {
	t.Parallel()
	now, dir := time.Now(), t.TempDir()
	first := certificatetest.New(t, "first", now.Add(-time.Hour), now.Add(time.Hour))
	first.Write(t, dir)
	p := serve(t, "--tls", dir)
	address := strings.TrimPrefix(p.URL, "http://")

	if status, _ := get(t, p.URL+"/health/live"); status != http.StatusBadRequest {
		t.Errorf("without TLS: status %d, want 400", status)
	}
	if _, exposed := get(t, p.Metrics+"/metrics"); !strings.Contains(exposed, "quantumrerank_tls_certificate_not_after_timestamp_seconds 1.") {
		t.Error("the metrics do not say when the certificate ends")
	}
	out, err := exec.Command(build(t), "bench", "--scenario", "2x2", "--url", "https://"+address, "--ca-file", filepath.Join(dir, "tls.crt"), "--max-p95", "-1ms").CombinedOutput()
	if err != nil {
		t.Errorf("bench over TLS: %v\n%s", err, out)
	}
	second := certificatetest.New(t, "second", now.Add(-time.Hour), now.Add(2*time.Hour))
	second.Write(t, dir)
	c, err := client.New("https://"+address, client.WithRetry(client.NoRetry), client.WithHTTPClient(&http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: certificatetest.Roots(second), MinVersion: tls.VersionTLS12}, DisableKeepAlives: true},
	}))
	if err != nil {
		t.Fatal(err)
	}
	until(t, p, "the new certificate is served", func() bool { return c.Ready(t.Context()) == nil })
	if err := p.Stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestABrokenCertificateKeepsTheServerFromStarting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, err := exec.Command(build(t), "serve", "--tls", dir).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), "tls.crt") {
		t.Errorf("ended with %v, want exit status 2 and the name of the file:\n%s", err, out)
	}
}
