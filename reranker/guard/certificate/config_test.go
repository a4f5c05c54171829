// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package certificate

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/certificate/certificatetest"
)

func TestTLSIsNoOlderThanTheFirstThatIsSafe(t *testing.T) {
	dir := t.TempDir()
	certificatetest.New(t, "one", time.Now().Add(-time.Hour), time.Now().Add(time.Hour)).Write(t, dir)
	pair, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := pair.Config()
	if c.MinVersion != tls.VersionTLS12 || !slices.Equal(c.NextProtos, []string{"h2", "http/1.1"}) {
		t.Errorf("from version %x, protocols %q", c.MinVersion, c.NextProtos)
	}
}

func TestARenewalOfOneFileAloneIsAChange(t *testing.T) {
	now, dir := time.Now(), t.TempDir()
	first := certificatetest.New(t, "first", now.Add(-time.Hour), now.Add(time.Hour))
	first.Write(t, dir)
	pair, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := pair.Reload(); changed || err != nil {
		t.Errorf("nothing new: %t, %v", changed, err)
	}
	write(t, dir, contract.TLSCertificateFile, append(slices.Clone(first.Chain), '\n'))
	if changed, err := pair.Reload(); !changed || err != nil {
		t.Errorf("another chain for the same key: %t, %v", changed, err)
	}
	write(t, dir, contract.TLSKeyFile, append(slices.Clone(first.Key), '\n'))
	if changed, err := pair.Reload(); !changed || err != nil {
		t.Errorf("the key written anew: %t, %v", changed, err)
	}
	write(t, dir, contract.TLSKeyFile, []byte("broken"))
	_, err = pair.Reload()
	if want := contract.TLSCertificateFile + " and " + contract.TLSKeyFile + " in "; err == nil || !strings.HasPrefix(err.Error(), want) || pair.Failures() != 1 {
		t.Errorf("a broken key: %v after %d failures", err, pair.Failures())
	}
}
