// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package quota_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
)

func TestARefusalSaysWhichBoundAndUntilWhen(t *testing.T) {
	now := time.Unix(0, 0)
	b := quota.New(quota.Options{PerMinute: 6, Now: func() time.Time { return now }})
	for range 6 {
		if _, _, err := b.Enter("k"); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(4 * time.Second) // a request flows back in ten
	_, s, err := b.Enter("k")
	var refused *quota.RefusedError
	if !errors.As(err, &refused) || *refused != (quota.RefusedError{Reason: quota.Rate, Limit: 6, RetryAfter: 6 * time.Second}) {
		t.Errorf("refused with %+v", refused)
	}
	if diff := cmp.Diff(quota.State{Limit: 6, Reset: 56 * time.Second}, s); diff != "" {
		t.Errorf("state of a refused request (-want +got):\n%s", diff)
	}
	if got := err.Error(); got != "the key has sent its 6 requests of this minute" {
		t.Errorf("the error reads %q", got)
	}
}

func TestTooManyAtATimeIsNotTooManyAMinute(t *testing.T) {
	b := quota.New(quota.Options{Concurrent: 1})
	leave, s, err := b.Enter("k")
	if err != nil || s != (quota.State{}) {
		t.Fatalf("state %+v, %v", s, err)
	}
	_, s, err = b.Enter("k")
	if err == nil || err.Error() != "the key has 1 requests under way, the most it may have" || s != (quota.State{}) {
		t.Errorf("state %+v, error %v", s, err)
	}
	leave()
	if _, _, err := b.Enter("k"); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
	if quota.New(quota.Options{}) != nil || quota.New(quota.Options{PerMinute: 1}) == nil {
		t.Error("a book is kept where nothing is bounded, or none where something is")
	}
}
