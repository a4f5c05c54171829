// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certificatetest makes certificates for tests.
package certificatetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Host is the name that the certificates are for, beside 127.0.0.1.
const Host = "reranker.test"

// Certificate is one that signed itself, with its key, both in PEM.
type Certificate struct{ Chain, Key []byte }

// New makes a certificate with a common name, valid between two times.
func New(t testing.TB, name string, notBefore, notAfter time.Time) Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(notAfter.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{Host},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    notBefore, NotAfter: notAfter,
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{
		Chain: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
	}
}

// Roots trusts the certificates.
func Roots(trusted ...Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, c := range trusted {
		pool.AppendCertsFromPEM(c.Chain)
	}
	return pool
}

// Write puts both files into dir, as a mounted Secret has them.
func (c Certificate) Write(t testing.TB, dir string) {
	t.Helper()
	for name, content := range map[string][]byte{contract.TLSCertificateFile: c.Chain, contract.TLSKeyFile: c.Key} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
