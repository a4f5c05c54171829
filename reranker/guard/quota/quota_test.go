// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package quota

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// enter sends n requests of a key, which end at once, and returns how many
// were let in and what the last one learnt.
func enter(t *testing.T, b *Book, name string, n int) (in int, last State, refused *RefusedError) {
	t.Helper()
	for range n {
		leave, s, err := b.Enter(name)
		last, refused = s, nil
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			continue
		}
		in++
		leave()
		leave() // ending twice must not count twice
	}
	return in, last, refused
}

func TestAMinutesWorthIsLetInAndFlowsBackEvenly(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	b := New(Options{PerMinute: 60, Now: func() time.Time { return now }})
	in, s, refused := enter(t, b, "search", 70)
	if in != 60 || refused == nil || refused.Reason != Rate || refused.Limit != 60 || refused.RetryAfter != time.Second {
		t.Errorf("%d let in, last refusal %+v", in, refused)
	}
	if diff := cmp.Diff(State{Limit: 60, Remaining: 0, Reset: time.Minute}, s); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if in, _, _ := enter(t, b, "other", 70); in != 60 {
		t.Errorf("another key got %d", in)
	}
	now = now.Add(refused.RetryAfter)
	if in, _, _ := enter(t, b, "search", 5); in != 1 {
		t.Errorf("%d let in after the time that was named, want 1", in)
	}
	now = now.Add(30 * time.Second)
	in, s, _ = enter(t, b, "search", 1)
	if diff := cmp.Diff(State{Limit: 60, Remaining: 29, Reset: 31 * time.Second}, s); in != 1 || diff != "" {
		t.Errorf("after half a minute (-want +got)\n%s", diff)
	}
	now = now.Add(time.Hour)
	if in, _, _ := enter(t, b, "search", 100); in != 60 {
		t.Errorf("%d let in after an hour of silence, want no more than a minute's worth", in)
	}
}

func TestAKeyHasNoMoreThanItsShareUnderWay(t *testing.T) {
	t.Parallel()
	b := New(Options{Concurrent: 2})
	first, s, err := b.Enter("a")
	if err != nil || s != (State{}) {
		t.Fatal(s, err)
	}
	if _, _, err := b.Enter("a"); err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	if _, _, err := b.Enter("a"); !errors.As(err, &refused) || refused.Reason != Concurrency || refused.RetryAfter <= 0 {
		t.Errorf("the third at a time: %v", err)
	}
	if _, _, err := b.Enter("b"); err != nil {
		t.Errorf("another key: %v", err)
	}
	first()
	if _, _, err := b.Enter("a"); err != nil {
		t.Errorf("after one ended: %v", err)
	}
}

func TestARefusalForTheShareCostsNothingOfTheMinute(t *testing.T) {
	t.Parallel()
	now := time.Unix(1, 0)
	b := New(Options{PerMinute: 3, Concurrent: 1, Now: func() time.Time { return now }})
	leave, _, err := b.Enter("a")
	if err != nil {
		t.Fatal(err)
	}
	if in, _, _ := enter(t, b, "a", 10); in != 0 {
		t.Errorf("%d let in beside one that is under way", in)
	}
	leave()
	if in, _, _ := enter(t, b, "a", 10); in != 2 {
		t.Errorf("%d let in, want the 2 that are left", in)
	}
}

func TestManyCallersAtOnceGetWhatThereIs(t *testing.T) {
	t.Parallel()
	b := New(Options{PerMinute: 100, Now: func() time.Time { return time.Unix(1, 0) }})
	var (
		wg sync.WaitGroup
		mu sync.Mutex
		in int
	)
	for range 50 {
		wg.Go(func() {
			for range 10 {
				if leave, _, err := b.Enter("a"); err == nil {
					leave()
					mu.Lock()
					in++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if in != 100 || b.keys["a"].active != 0 {
		t.Errorf("%d let in, %d still under way", in, b.keys["a"].active)
	}
}

func TestNoBoundsNeedNoBook(t *testing.T) {
	t.Parallel()
	if New(Options{}) != nil {
		t.Error("a book without bounds")
	}
}
