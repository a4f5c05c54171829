// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/certificate/certificatetest"
)

func TestBrokenPairsAreErrorsThatNameTheFile(t *testing.T) {
	now := time.Now()
	good := certificatetest.New(t, "one", now.Add(-time.Hour), now.Add(time.Hour))
	other := certificatetest.New(t, "two", now.Add(-time.Hour), now.Add(time.Hour))
	for name, c := range map[string]struct {
		chain, key []byte
		want       string
	}{
		"no certificate":   {nil, good.Key, contract.TLSCertificateFile},
		"no key":           {good.Chain, nil, contract.TLSKeyFile},
		"another's key":    {good.Chain, other.Key, "are no pair"},
		"not PEM":          {[]byte("hello"), good.Key, "are no pair"},
		"a huge file":      {make([]byte, maxFileBytes+1), good.Key, "more than the limit of 1048576"},
		"one that ended":   {certificatetest.New(t, "o", now.Add(-2*time.Hour), now.Add(-time.Hour)).Chain, nil, "key"},
		"an empty key":     {good.Chain, []byte{}, "are no pair"},
		"an empty chain":   {[]byte{}, good.Key, "are no pair"},
		"half of a file":   {good.Chain[:len(good.Chain)/2], good.Key, "are no pair"},
		"key and key":      {good.Key, good.Key, "are no pair"},
		"chain and chain":  {good.Chain, good.Chain, "are no pair"},
		"certificate only": {good.Chain, []byte("\n"), "are no pair"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, contract.TLSCertificateFile, c.chain)
			write(t, dir, contract.TLSKeyFile, c.key)
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "PRIVATE") {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestACertificateOutsideItsTimeIsAnError(t *testing.T) {
	now := time.Now()
	for want, span := range map[string][2]time.Duration{
		"ended at":  {-2 * time.Hour, -time.Hour},
		"begins at": {time.Hour, 2 * time.Hour},
	} {
		dir := t.TempDir()
		certificatetest.New(t, "late", now.Add(span[0]), now.Add(span[1])).Write(t, dir)
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}

// A client that is connected stays so, and a new one sees the new certificate;
// a broken pair in between changes nothing.
func TestARenewalDropsNobody(t *testing.T) {
	now, dir := time.Now(), t.TempDir()
	first := certificatetest.New(t, "first", now.Add(-time.Hour), now.Add(time.Hour))
	first.Write(t, dir)
	pair, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	srv.TLS = pair.Config()
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	second := certificatetest.New(t, "second", now.Add(-time.Hour), now.Add(2*time.Hour))
	roots := certificatetest.Roots(first, second)

	old := newClient(t, roots)
	if got := ask(t, old, srv.URL); got != "first" {
		t.Fatalf("served by %q, want first", got)
	}
	write(t, dir, contract.TLSKeyFile, second.Key) // half of a renewal
	if changed, err := pair.Reload(); changed || err == nil || pair.Failures() != 1 {
		t.Fatalf("half a renewal: changed %v, error %v, %d failures", changed, err, pair.Failures())
	}
	if got := ask(t, newClient(t, roots), srv.URL); got != "first" {
		t.Fatalf("after half a renewal served by %q, want first", got)
	}
	second.Write(t, dir)
	if changed, err := pair.Reload(); !changed || err != nil {
		t.Fatalf("renewal: changed %v, error %v", changed, err)
	}
	if got := ask(t, old, srv.URL); got != "first" {
		t.Errorf("the open connection was dropped: served by %q", got)
	}
	if got := ask(t, newClient(t, roots), srv.URL); got != "second" {
		t.Errorf("a new connection is served by %q, want second", got)
	}
	if changed, err := pair.Reload(); changed || err != nil {
		t.Errorf("nothing new: changed %v, error %v", changed, err)
	}
	if want := now.Add(2 * time.Hour); pair.NotAfter().Sub(want).Abs() > time.Second {
		t.Errorf("ends at %v, want %v", pair.NotAfter(), want)
	}
}

func TestWatchSaysAnErrorOnceAndReadsRenewals(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		first := certificatetest.New(t, "first", now.Add(-time.Hour), now.Add(1000*time.Hour))
		first.Write(t, dir)
		pair, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		go pair.Watch(t.Context(), time.Minute, slog.New(slog.NewTextHandler(&said, nil)))
		write(t, dir, contract.TLSKeyFile, []byte("broken"))
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		if n := strings.Count(said.String(), "Kept the old certificate"); n != 1 || pair.Failures() != 3 {
			t.Errorf("said %d times, %d failures:\n%s", n, pair.Failures(), said.String())
		}
		certificatetest.New(t, "second", now.Add(-time.Hour), now.Add(2000*time.Hour)).Write(t, dir)
		time.Sleep(time.Minute)
		synctest.Wait()
		if !strings.Contains(said.String(), "Read the certificate again") || !pair.NotAfter().After(now.Add(1500*time.Hour)) {
			t.Errorf("the renewal was not read:\n%s", said.String())
		}
	})
}

func newClient(t *testing.T, roots *x509.CertPool) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: certificatetest.Host, MinVersion: tls.VersionTLS12}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// ask returns who served.
func ask(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.TLS.PeerCertificates[0].Subject.CommonName
}

// write leaves the file away where there is no content.
func write(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if content == nil {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}
