// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestARankingSaysWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	r := ranking{documents: []string{"a", "b"}, topK: 1, response: rerank.Response{
		Results: []rerank.Result{{Index: 0, Stage: rerank.StageEncoded}, {Index: 1, Stage: rerank.StagePrior}},
		Report:  rerank.Report{Degraded: true, DegradedReason: "deadline", Warnings: []string{"another"}},
	}}
	for name, write := range map[string]func(*strings.Builder) error{
		"table": func(b *strings.Builder) error { return r.table(b) },
		"json":  func(b *strings.Builder) error { return r.json(b) },
	} {
		var out strings.Builder
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"another", "1 of 2 documents were not scored and rank last by a cheap prior (deadline)"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out.String())
			}
		}
		if strings.Contains(out.String(), "not scored]") || strings.Contains(out.String(), `"stage": "prior"`) {
			t.Errorf("%s: more than one result in\n%s", name, out.String())
		}
	}
}

func TestADocumentStaysInItsPlaceInALine(t *testing.T) {
	for text, want := range map[string]string{
		"one\x1b[2Jtwo":      "one [2Jtwo",
		"\u202eone\u2028two": " one two",
		"漢字 👩‍🚀":             "漢字 👩‍🚀",
		"abcdefghijklmnop":   "abcdefghijk…",
	} {
		if got := shorten(text, 12); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
