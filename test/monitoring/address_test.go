// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build monitoring

package monitoring

import (
	"net"
	"testing"
)

// freeAddress is an address of this machine that nobody listened on just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
