// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

func TestTwoListsOfDocumentsAreAConflict(t *testing.T) {
	t.Parallel()
	_, err := ReadRerank(strings.NewReader(`{"query":"q","documents":["a"],"texts":["b"]}`), limits)
	want := []api.Violation{{
		Code: api.CodeFieldConflict, Field: "texts", Pointer: "/texts",
		Message: "texts and documents are both present: want one list of documents",
	}}
	var got *api.Problem
	if !errors.As(err, &got) {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(want, got.Violations); diff != "" {
		t.Errorf("violations (-want +got):\n%s", diff)
	}
}

func TestAListBeyondTheLimitIsLeftAtOnce(t *testing.T) {
	t.Parallel()
	few := limits
	few.MaxDocuments = 2
	if b, err := ReadRerank(strings.NewReader(`{"query":"q","documents":["a","b"]}`), few); err != nil || len(b.Documents) != 2 {
		t.Errorf("as many as may be: %v", err)
	}
	var got *api.Problem
	// What follows is never read, so that it may be no JSON.
	if _, err := ReadRerank(strings.NewReader(`{"query":"q","documents":["a","b","c",?`), few); !errors.As(err, &got) || got.Code != api.CodeDocumentsTooMany {
		t.Errorf("one more: %v", err)
	}
}

// A member that was named and not looked at would change what is ranked.
func TestMoreRankFieldsThanFitAreRefused(t *testing.T) {
	t.Parallel()
	named := func(count int) (*Rerank, error) {
		names := strings.Repeat(`"other",`, count-1) + `"title"`
		return ReadRerank(strings.NewReader(`{"query":"q","rank_fields":[`+names+`],"documents":[{"text":"a","title":"b"}]}`), limits)
	}
	b, err := named(maxRankFields)
	if err != nil || b.Documents[0].Text.Value != "b" {
		t.Errorf("as many as may be: %v, the last is not read", err)
	}
	_, err = named(maxRankFields + 1)
	var got *api.Problem
	if !errors.As(err, &got) || len(got.Violations) != 1 || got.Violations[0].Message != "too many rank_fields: at least 257 (max 256)" {
		t.Errorf("one more: %v", err)
	}
}
