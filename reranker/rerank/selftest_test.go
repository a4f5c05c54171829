// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestSelfTestPassesOnTheDefaultModel(t *testing.T) {
	similarity, took, err := complete(t, rerank.Options{}).SelfTest(t.Context())
	if err != nil || similarity <= 0.5 || similarity >= 1 || took <= 0 {
		t.Errorf("similarity %v in %v, %v", similarity, took, err)
	}
}
