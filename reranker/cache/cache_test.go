// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cache_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/cache"
)

var keys = cache.NewKeys("sha256:00", "document")

// overhead is what the cache counts for an entry beside its value.
const overhead = 200

func newCache(limit int64) *cache.Cache[string] {
	return cache.New(limit, func(v string) int64 { return int64(len(v)) })
}

// put makes the cache hold value under the key of text.
func put(t *testing.T, c *cache.Cache[string], text, value string) {
	t.Helper()
	_, found, flight, leads := c.Claim(keys.Of(text))
	if found || !leads {
		t.Fatalf("%q is known already", text)
	}
	flight.Land(value, true)
}

func holds(c *cache.Cache[string], text string) bool {
	_, found, flight, leads := c.Claim(keys.Of(text))
	if leads {
		flight.Abandon()
	}
	return found
}

func TestKeysDifferByModelKindAndText(t *testing.T) {
	seen := map[cache.Key]string{}
	for _, model := range []string{"a", "ab"} {
		for _, kind := range []string{"bc", "c"} {
			for _, text := range []string{"", "x", "cx"} {
				name := fmt.Sprintf("%q %q %q", model, kind, text)
				k := cache.NewKeys(model, kind).Of(text)
				if other, taken := seen[k]; taken {
					t.Errorf("%s and %s have one key", name, other)
				}
				seen[k] = name
			}
		}
	}
	if keys.Of("x") != cache.NewKeys("sha256:00", "document").Of("x") {
		t.Error("the same text has two keys")
	}
}

func TestLeastRecentlyUsedLeavesFirst(t *testing.T) {
	c := newCache(3 * (overhead + 10))
	for _, text := range []string{"a", "b", "c"} {
		put(t, c, text, "0123456789")
	}
	if !holds(c, "a") { // and makes a the most recent
		t.Fatal("a is gone")
	}
	put(t, c, "d", "0123456789")
	for text, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if got := holds(c, text); got != want {
			t.Errorf("holds %q: %v, want %v", text, got, want)
		}
	}
	if s := c.Stats(); s.Evictions != 1 || s.Entries != 3 || s.Bytes != 3*(overhead+10) {
		t.Errorf("stats %+v", s)
	}
}

func TestValueLargerThanTheCacheIsNotKept(t *testing.T) {
	c := newCache(overhead + 10)
	put(t, c, "small", "0123456789")
	put(t, c, "large", "0123456789a")
	if !holds(c, "small") || holds(c, "large") {
		t.Error("a value that cannot fit pushed another one out")
	}
}

func TestResizeEvictsAtOnceAndGrowsAgain(t *testing.T) {
	c := newCache(10 * (overhead + 1))
	for i := range 10 {
		put(t, c, fmt.Sprint(i), "v")
	}
	c.Resize(4 * (overhead + 1))
	if s := c.Stats(); s.Entries != 4 || s.Bytes > s.Limit {
		t.Errorf("after shrinking: %+v", s)
	}
	c.Resize(0)
	if s := c.Stats(); s.Entries != 0 || s.Bytes != 0 {
		t.Errorf("after emptying: %+v", s)
	}
	c.Resize(10 * (overhead + 1))
	put(t, c, "again", "v")
	if !holds(c, "again") {
		t.Error("the cache does not grow again")
	}
}

func TestCacheOfNoBytesStillJoinsComputations(t *testing.T) {
	c := newCache(0)
	_, _, leader, _ := c.Claim(keys.Of("x"))
	_, found, follower, leads := c.Claim(keys.Of("x"))
	if found || leads || follower != leader {
		t.Fatal("the second caller does not follow the first")
	}
	leader.Land("v", true)
	<-follower.Done()
	if v, ok := follower.Value(); !ok || v != "v" {
		t.Errorf("follower got %q, %v", v, ok)
	}
	if holds(c, "x") {
		t.Error("a cache of no bytes kept a value")
	}
}

func TestWhatIsBeingMadeIsThere(t *testing.T) {
	c := newCache(1000)
	has := func(want bool, when string) {
		t.Helper()
		if got := c.Has(keys.Of("a")); got != want {
			t.Errorf("%s: there is one: %t", when, got)
		}
	}
	has(false, "at first")
	_, _, flight, _ := c.Claim(keys.Of("a"))
	has(true, "in flight")
	flight.Abandon()
	has(false, "abandoned")
	put(t, c, "a", "value")
	has(true, "kept")
}

func TestAbandonedFlightLetsAnotherLead(t *testing.T) {
	c := newCache(1 << 20)
	_, _, first, _ := c.Claim(keys.Of("x"))
	_, _, follower, _ := c.Claim(keys.Of("x"))
	first.Abandon()
	first.Land("late", true) // must do nothing
	<-follower.Done()
	if _, ok := follower.Value(); ok {
		t.Error("an abandoned flight has a value")
	}
	if _, found, _, leads := c.Claim(keys.Of("x")); found || !leads {
		t.Error("nobody can lead after an abandoned flight")
	}
}

func TestConcurrentCallersComputeEachTextOnce(t *testing.T) {
	c := newCache(1 << 20)
	var computed [16]atomic.Int64
	var wg sync.WaitGroup
	for g := range 32 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(g)))
			for range 200 {
				i := random.IntN(len(computed))
				want := fmt.Sprint("value ", i)
				if got := get(c, fmt.Sprint(i), func() string { computed[i].Add(1); return want }); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
	for i := range computed {
		if n := computed[i].Load(); n != 1 {
			t.Errorf("text %d was computed %d times", i, n)
		}
	}
	if s := c.Stats(); s.Misses != int64(len(computed)) || s.Hits+s.Followed+s.Misses != 32*200 {
		t.Errorf("stats %+v", s)
	}
}

func get(c *cache.Cache[string], text string, compute func() string) string {
	for {
		v, found, flight, leads := c.Claim(keys.Of(text))
		switch {
		case found:
			return v
		case leads:
			flight.Land(compute(), true)
			v, _ = flight.Value()
			return v
		}
		<-flight.Done()
		if v, ok := flight.Value(); ok {
			return v
		}
	}
}

func BenchmarkHit(b *testing.B) {
	c := newCache(1 << 20)
	text := string(make([]byte, 500))
	get(c, text, func() string { return "v" })
	b.ReportAllocs()
	for b.Loop() {
		c.Claim(keys.Of(text))
	}
}
