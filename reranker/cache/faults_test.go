// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cache_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
)

func TestModelsOfOneLengthHaveDifferentKeys(t *testing.T) {
	if cache.NewKeys("sha256:1", "k").Of("x") == cache.NewKeys("sha256:2", "k").Of("x") {
		t.Error("another model would answer with this one's vectors")
	}
	if cache.NewKeys("a", "bk").Of("x") == cache.NewKeys("ab", "k").Of("x") {
		t.Error("the end of a digest is taken for a kind")
	}
}

func TestAValueThatCannotBeWeighedIsCountedAndNotKept(t *testing.T) {
	sizes := map[string]func() int64{
		"panics":   func() int64 { panic("no size") },
		"negative": func() int64 { return -1 },
		"empty":    func() int64 { return 0 },
	}
	c := cache.New(10*overhead, func(v string) int64 { return sizes[v]() })
	for _, text := range []string{"panics", "negative", "empty"} {
		put(t, c, text, text)
	}
	want := cache.Stats{Misses: 3, Faults: 2, Entries: 1, Bytes: overhead, Limit: 10 * overhead}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestHitsMissesAndFollowersAreCountedApart(t *testing.T) {
	c := newCache(-1)
	if got := c.Stats().Limit; got != 0 {
		t.Errorf("the limit is %d", got)
	}
	c.Resize(10 * overhead)
	_, _, leader, _ := c.Claim(keys.Of("x"))
	c.Claim(keys.Of("x"))
	c.Claim(keys.Of("x"))
	leader.Land("value", true)
	c.Claim(keys.Of("x"))
	want := cache.Stats{Hits: 1, Misses: 1, Followed: 2, Entries: 1, Bytes: overhead + 5, Limit: 10 * overhead}
	if diff := cmp.Diff(want, c.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	leader.Abandon() // too late: it has landed
	if value, ok := leader.Value(); !ok || value != "value" {
		t.Errorf("the leader's value is %q, %t", value, ok)
	}
}

func TestWhatLandsWithoutBeingKeptIsForgotten(t *testing.T) {
	c := newCache(10 * overhead)
	_, _, leader, _ := c.Claim(keys.Of("x"))
	leader.Land("value", false)
	if c.Has(keys.Of("x")) {
		t.Error("a value that was not to be kept is held")
	}
	if _, ok := leader.Value(); !ok {
		t.Error("its followers get nothing")
	}
}
