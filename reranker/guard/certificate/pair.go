// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/mounted"
)

// maxFileBytes is far beyond any chain of certificates; a larger file is a
// mistake.
const maxFileBytes = 1 << 20

// Pair is the certificate of one directory with its key. It is safe for
// concurrent use.
type Pair struct {
	dir      string
	now      func() time.Time
	current  atomic.Pointer[loaded]
	failures atomic.Int64
}

// loaded is a pair as it was read.
type loaded struct {
	chain, key  []byte // PEM, to notice a change
	certificate tls.Certificate
}

// Open reads tls.crt and tls.key in dir. A pair that does not belong together,
// or is not valid at this time, is an error that names the file.
func Open(dir string) (*Pair, error) {
	p := &Pair{dir: dir, now: time.Now}
	l, err := p.read()
	if err != nil {
		return nil, err
	}
	p.current.Store(l)
	return p, nil
}

// Config is the server's side of TLS with this pair: TLS 1.2 and later, HTTP/2
// where the client speaks it.
func (p *Pair) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &p.current.Load().certificate, nil
		},
	}
}

// NotAfter is when the certificate in use ends.
func (p *Pair) NotAfter() time.Time { return p.current.Load().certificate.Leaf.NotAfter }

// Failures is how often reading the directory again has failed.
func (p *Pair) Failures() int64 { return p.failures.Load() }

// Reload reads the directory again and reports whether the pair changed. On an
// error the pair stays as it was.
func (p *Pair) Reload() (changed bool, err error) {
	l, err := p.read()
	if err != nil {
		p.failures.Add(1)
		return false, err
	}
	before := p.current.Load()
	if bytes.Equal(l.chain, before.chain) && bytes.Equal(l.key, before.key) {
		return false, nil
	}
	p.current.Store(l)
	return true, nil
}

// Watch reloads every interval until ctx ends.
func (p *Pair) Watch(ctx context.Context, interval time.Duration, log *slog.Logger) {
	mounted.Watch(ctx, interval, p.Reload,
		func(err error) { log.Error("Kept the old certificate", "error", err, "notAfter", p.NotAfter()) },
		func() { log.Info("Read the certificate again", "notAfter", p.NotAfter()) })
}

func (p *Pair) read() (*loaded, error) {
	chain, err := p.readFile(contract.TLSCertificateFile)
	if err != nil {
		return nil, err
	}
	key, err := p.readFile(contract.TLSKeyFile)
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s in %q are no pair: %w", contract.TLSCertificateFile, contract.TLSKeyFile, p.dir, err)
	}
	leaf, now := certificate.Leaf, p.now()
	const layout = time.RFC3339
	switch {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("the certificate in %q ended at %s, and it is %s", p.dir, leaf.NotAfter.Format(layout), now.UTC().Format(layout))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("the certificate in %q begins at %s, and it is %s", p.dir, leaf.NotBefore.Format(layout), now.UTC().Format(layout))
	}
	return &loaded{chain, key, certificate}, nil
}

func (p *Pair) readFile(name string) ([]byte, error) {
	content, err := mounted.ReadFile(filepath.Join(p.dir, name), maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("read %s in %q: %w", name, p.dir, err)
	}
	return content, nil
}
