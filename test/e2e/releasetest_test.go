// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import "testing"

// `helm test` is what a person runs after an install: a Reranker of its own
// that ranks, and nothing left behind.
func TestTheReleaseTestsItself(t *testing.T) {
	if _, err := operator.run("test", releaseName, "--namespace", systemNamespace, "--timeout", "3m"); err != nil {
		t.Fatal(err)
	}
}
