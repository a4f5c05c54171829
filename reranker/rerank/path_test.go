// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/guard/memory"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestFullHouseRefusesOrRanksByWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, Concurrent: 1, BatchTokens: 1, CacheBytes: 1 << 20, LongestWait: 10 * time.Millisecond})
		ask(t, r, func(q *rerank.Request) { q.Documents = fruit[:2] }) // caches the query and two documents
		release := make(chan struct{})
		eng.set(func(context.Context, string) error { <-release; return nil })
		var wg sync.WaitGroup
		wg.Go(func() {
			ask(t, r, func(q *rerank.Request) { q.Query, q.Documents = "other", []string{strings.Repeat("long ", 60)} })
		})
		synctest.Wait()
		var full *rerank.OverloadedError
		_, err := r.Rerank(t.Context(), rerank.Request{Query: "a ripe apple", Documents: fruit, Degradation: rerank.Never})
		if !errors.As(err, &full) || full.Reason != limit.ReasonQueue || full.RetryAfter <= 0 {
			t.Errorf("under Never: %v", err)
		}
		got := ask(t, r, func(q *rerank.Request) { q.Degradation = rerank.OnOverload })
		if got.DegradedReason != rerank.ReasonOverload || got.ScoredDocuments != 2 || got.CacheHits != 2 {
			t.Errorf("under OnOverload: %+v", got.Report)
		}
		checkBands(t, got)
		got = ask(t, r, func(q *rerank.Request) { q.Documents, q.Degradation = fruit[:2], rerank.OnOverload })
		if got.Degraded || got.ScoredDocuments != 2 {
			t.Errorf("everything was known, and yet: %+v", got.Report)
		}
		close(release)
		wg.Wait()
		if u := r.Stats().Usage; u.Bytes != 0 || u.Running != 0 || u.Tokens != 0 {
			t.Errorf("left behind: %+v", u)
		}
	})
}

func TestNobodyIsRefusedAtAnEmptyHouse(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{LongestWait: time.Nanosecond})
	for _, policy := range []rerank.Policy{rerank.Never, rerank.OnOverload} {
		if got := ask(t, r, func(q *rerank.Request) { q.Degradation = policy }); got.Degraded {
			t.Errorf("under %s: %+v", policy, got.Report)
		}
		if err := r.Door(policy, 0); err != nil {
			t.Errorf("under %s, at the door: %v", policy, err)
		}
	}
}

// TestWhatCannotBeDoneInTimeIsRefusedAtOnce has work for 120 ms in a house of
// one worker and callers with 150 ms: the first is served, the second would come
// too late and is told so before anything is done for it.
func TestWhatCannotBeDoneInTimeIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1})
		eng.set(takes(30 * time.Millisecond))
		documents := func(name string) []string { return []string{name + " one", name + " two", name + " three"} }
		for i := range 100 { // learns the speed
			ask(t, r, func(q *rerank.Request) { q.Documents = documents(strconv.Itoa(i)) })
		}
		var wg sync.WaitGroup
		wg.Go(func() { ask(t, r, func(q *rerank.Request) { q.Query, q.Documents = "first", documents("a") }) })
		synctest.Wait()
		var full *rerank.OverloadedError
		start := time.Now()
		_, err := r.Rerank(t.Context(), rerank.Request{
			Query: "second", Documents: documents("b"), Degradation: rerank.Never, Deadline: start.Add(150 * time.Millisecond),
		})
		if !errors.As(err, &full) || time.Since(start) != 0 {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		wg.Wait()
		if n := eng.encoded("b one"); n != 0 {
			t.Error("work was done for a refused request")
		}
	})
}

func TestConcurrentRequestsEncodeATextOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 2, CacheBytes: 1 << 20})
		eng.set(takes(10 * time.Millisecond))
		var wg sync.WaitGroup
		answers := make([]rerank.Response, 6)
		for i := range answers {
			wg.Go(func() { answers[i] = ask(t, r, nil) })
		}
		wg.Wait()
		for _, d := range append([]string{"a ripe apple"}, fruit...) {
			if n := eng.encoded(d); n != 1 {
				t.Errorf("%q was encoded %d times", d, n)
			}
		}
		for _, a := range answers[1:] {
			if diff := cmp.Diff(scores(answers[0]), scores(a)); diff != "" {
				t.Errorf("two answers differ (-first +other):\n%s", diff)
			}
		}
	})
}

// TestWhatOthersWorkOnIsCountedOnce has the same work for 120 ms from four callers with 230 ms. It
// is done once, so all of them are in time.
func TestWhatOthersWorkOnIsCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, CacheBytes: 1 << 20})
		eng.set(takes(30 * time.Millisecond))
		for i := range 100 { // learns the speed
			ask(t, r, func(q *rerank.Request) { q.Documents = []string{strconv.Itoa(i) + " one"} })
		}
		var wg sync.WaitGroup
		start := time.Now()
		for range 4 {
			wg.Go(func() {
				got, err := r.Rerank(t.Context(), rerank.Request{
					Query: "the same", Documents: []string{"this one", "this two", "this three"}, Degradation: rerank.Never, Deadline: start.Add(230 * time.Millisecond),
				})
				if err != nil || got.Degraded || got.ScoredDocuments != 3 {
					t.Errorf("got %+v, %v", got.Report, err)
				}
			})
			synctest.Wait()
		}
		wg.Wait()
		if took := time.Since(start); took != 120*time.Millisecond {
			t.Errorf("all answers took %v", took)
		}
	})
}

func TestFollowerTakesOverWhenTheLeaderLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, CacheBytes: 1 << 20})
		eng.set(takes(10 * time.Millisecond))
		ctx, leave := context.WithTimeout(t.Context(), 15*time.Millisecond)
		defer leave()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := r.Rerank(ctx, rerank.Request{Query: "a ripe apple", Documents: fruit, Degradation: rerank.Never})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("leader got %v", err)
			}
		})
		synctest.Wait()
		if got := ask(t, r, nil); got.ScoredDocuments != len(fruit) || got.Degraded {
			t.Errorf("follower got %+v", got.Report)
		}
		wg.Wait()
		for _, d := range fruit {
			if n := eng.encoded(d); n != 1 {
				t.Errorf("%q was encoded %d times", d, n)
			}
		}
	})
}

// Nobody counts a text that somebody else works on, until whoever does has left.
func TestWhatAFollowerTakesOverIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, CacheBytes: 1 << 20})
		eng.set(takes(10 * time.Millisecond))
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := r.Rerank(ctx, rerank.Request{Query: "a ripe apple", Documents: fruit, Degradation: rerank.Never})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("leader got %v", err)
			}
		})
		synctest.Wait()
		whole := r.Stats().Usage.Tokens
		wg.Go(func() { ask(t, r, func(q *rerank.Request) { q.Degradation = rerank.Never }) })
		synctest.Wait()
		if got := r.Stats().Usage.Tokens; got != whole {
			t.Errorf("%d tokens are to be done with a follower, want the leader's %d", got, whole)
		}
		leave()
		synctest.Wait()
		<-time.After(15 * time.Millisecond) // the first batch is done, and the follower leads
		if got := r.Stats().Usage.Tokens; got == 0 || got >= whole {
			t.Errorf("%d tokens are to be done without the leader, want what is left of %d", got, whole)
		}
		wg.Wait()
		if got := r.Stats().Usage.Tokens; got != 0 {
			t.Errorf("%d tokens are left of nothing", got)
		}
	})
}

// scores returns the score of each document by its index.
func scores(r rerank.Response) map[int]float64 {
	m := map[int]float64{}
	for _, res := range r.Results {
		m[res.Index] = res.Score
	}
	return m
}

func TestTiesBlanksAndDuplicates(t *testing.T) {
	r, eng, _ := fakes(t, rerank.Options{})
	documents := []string{"the motor", " ", "a ripe apple", "the motor", "a ripe apple", ""}
	got := ask(t, r, func(q *rerank.Request) { q.Documents = documents })
	var order []int
	for _, res := range got.Results {
		order = append(order, res.Index)
	}
	if diff := cmp.Diff([]int{2, 4, 0, 3, 1, 5}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	for _, res := range got.Results[4:] {
		if res.Stage != rerank.StageBlank || res.Score != 0 || !res.Degenerate {
			t.Errorf("blank document: %+v", res)
		}
	}
	if n := eng.encoded("the motor"); n != 1 {
		t.Errorf("a document that is there twice was encoded %d times", n)
	}
	if got.Degraded || got.ScoredDocuments != 4 {
		t.Errorf("report %+v", got.Report)
	}
}

func TestLongTextsAreCutOrRefused(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{})
	long := strings.Repeat("word ", 100)
	got := ask(t, r, func(q *rerank.Request) { q.Documents = []string{"word", long} })
	i := slices.IndexFunc(got.Results, func(r rerank.Result) bool { return r.Index == 1 })
	if !got.Results[i].Truncated || got.Results[1-i].Truncated {
		t.Errorf("results %+v", got.Results)
	}
	var refused *rerank.TruncationError
	_, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: []string{"word", long}, TruncateNone: true})
	if !errors.As(err, &refused) || refused.Index != 1 || refused.Tokens != 102 || refused.Limit != 64 {
		t.Errorf("got %v", err)
	}
	_, err = r.Rerank(t.Context(), rerank.Request{Query: long, Documents: []string{"word"}, TruncateNone: true})
	if !errors.As(err, &refused) || refused.Index != -1 {
		t.Errorf("got %v", err)
	}
}

func TestPriorsOfTheCallerDecideTheOrderOfWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, Target: 500 * time.Millisecond})
		eng.set(takes(150 * time.Millisecond))
		got := ask(t, r, func(q *rerank.Request) {
			q.Degradation, q.Priors = rerank.OnDeadline, []float64{0.1, 0.2, 0.9, 0.8}
		})
		for _, i := range []int{2, 3} {
			if eng.encoded(fruit[i]) != 1 {
				t.Errorf("document %d was not encoded", i)
			}
		}
		if eng.encoded(fruit[0]) != 0 || !got.Degraded {
			t.Errorf("report %+v", got.Report)
		}
		checkBands(t, got)
		<-time.After(time.Second) // for what had begun
	})
	r, _, _ := fakes(t, rerank.Options{})
	if _, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: fruit, Priors: []float64{1}}); err == nil {
		t.Error("one prior for four documents was accepted")
	}
}

func TestMemoryPressureShedsAndRecovers(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{CacheBytes: 4 << 20})
	ask(t, r, nil)
	r.Pressure(memory.Shrink)
	if got := r.Stats().Cache.Limit; got != 1<<20 {
		t.Errorf("cache limit %d under pressure", got)
	}
	ask(t, r, nil) // still served
	r.Pressure(memory.Shed)
	var full *rerank.OverloadedError
	_, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: fruit})
	if !errors.As(err, &full) || full.Reason != limit.ReasonMemory {
		t.Errorf("got %v", err)
	}
	r.Pressure(memory.Normal)
	if got := ask(t, r, nil); got.Degraded || r.Stats().Cache.Limit != 4<<20 {
		t.Errorf("after recovery: %+v", got.Report)
	}
}

func TestRequestThatCanNeverFitNamesTheLimit(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{RequestBytes: 1 << 20})
	var large *rerank.TooLargeError
	_, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: []string{strings.Repeat("x", 1<<20)}})
	if !errors.As(err, &large) || large.Limit != 1<<20 || large.Bytes <= large.Limit {
		t.Errorf("got %v", err)
	}
	release, err := r.Hold(1 << 17)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if u := r.Stats().Usage; u.Bytes != 0 {
		t.Errorf("%d bytes are held", u.Bytes)
	}
}

func TestSimilarityKeepsTheOrderAndUsesEveryMethod(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{})
	for _, m := range method.Names() {
		got, err := r.Similarity(t.Context(), rerank.SimilarityRequest{
			Pairs: []rerank.Pair{{A: "red apple", B: "the motor"}, {A: "red apple", B: "red apple"}, {A: "x", B: " "}}, Method: m,
		})
		if err != nil {
			t.Fatal(err)
		}
		s := got.Scores
		if len(s) != 3 || s[0].Index != 0 || s[1].Score <= s[0].Score || s[2].Stage != rerank.StageBlank || got.MethodUsed != m {
			t.Errorf("%s: %+v", m, got)
		}
	}
	if _, err := r.Similarity(t.Context(), rerank.SimilarityRequest{}); err == nil {
		t.Error("no pairs were accepted")
	}
}

func TestEmptyRerankIsAnError(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{})
	if _, err := r.Rerank(t.Context(), rerank.Request{Query: "q"}); err == nil {
		t.Error("no documents were accepted")
	}
}
