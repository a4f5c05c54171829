// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// knife cuts documents at bars, and takes its time for each of them.
type knife struct {
	documents []string
	each      time.Duration
	calls     int
}

func (k *knife) passages() *rerank.Passages {
	return &rerank.Passages{Tokens: 1000, Cut: func(ctx context.Context) (texts []string, documents []int, err error) {
		k.calls++
		for i, d := range k.documents {
			select {
			case <-time.After(k.each):
			case <-ctx.Done():
				return nil, nil, ctx.Err()
			}
			for text := range strings.SplitSeq(d, "|") {
				texts, documents = append(texts, text), append(documents, i)
			}
		}
		return texts, documents, nil
	}}
}

func TestPassagesAreRankedLikeDocumentsWithThePriorsOfTheirs(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{})
	k := &knife{documents: []string{"a ripe apple|the motor", "the apple is ripe", "a|red|apple"}}
	got := ask(t, r, func(q *rerank.Request) {
		q.Documents, q.Passages, q.Priors = k.documents, k.passages(), []float64{1, 5, 3}
	})
	want := ask(t, r, func(q *rerank.Request) {
		q.Documents = []string{"a ripe apple", "the motor", "the apple is ripe", "a", "red", "apple"}
		q.Priors = []float64{1, 1, 5, 3, 3, 3}
	})
	if diff := cmp.Diff(want.Results, got.Results); diff != "" || got.ScoredDocuments != 6 || k.calls != 1 {
		t.Errorf("%d calls, %+v (-want +got)\n%s", k.calls, got.Report, diff)
	}
}

// full keeps r busy until it is released.
func full(t *testing.T, r *rerank.Ranker, eng *fakeEngine) (release func()) {
	t.Helper()
	gate := make(chan struct{})
	eng.set(func(context.Context, string) error { <-gate; return nil })
	var wg sync.WaitGroup
	wg.Go(func() {
		ask(t, r, func(q *rerank.Request) { q.Query, q.Documents = "other", []string{strings.Repeat("long ", 60)} })
	})
	synctest.Wait()
	return func() { close(gate); wg.Wait() }
}

func TestNothingIsCutInAFullHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, Concurrent: 1, BatchTokens: 1, CacheBytes: 1 << 20, LongestWait: 10 * time.Millisecond})
		ask(t, r, nil) // the documents as they are are known, which is not what is asked for
		release := full(t, r, eng)
		k := &knife{documents: fruit}
		var refused *rerank.OverloadedError
		_, err := r.Rerank(t.Context(), rerank.Request{Query: "a ripe apple", Documents: fruit, Passages: k.passages(), Degradation: rerank.Never})
		if !errors.As(err, &refused) {
			t.Errorf("under Never: %v", err)
		}
		got := ask(t, r, func(q *rerank.Request) { q.Passages, q.Degradation = k.passages(), rerank.OnOverload })
		if got.DegradedReason != rerank.ReasonOverload || got.ScoredDocuments != 0 || len(got.Results) != len(fruit) {
			t.Errorf("under OnOverload: %+v", got.Report)
		}
		if k.calls != 0 {
			t.Errorf("documents were cut %d times", k.calls)
		}
		release()
	})
}

// A document that is cut into ten passages is the work of ten.
func TestWhatCannotBeDoneInTimeIsNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1})
		eng.set(takes(30 * time.Millisecond))
		for i := range 100 { // learns the speed
			ask(t, r, func(q *rerank.Request) { q.Documents = []string{strconv.Itoa(i) + " one", strconv.Itoa(i) + " two"} })
		}
		release := full(t, r, eng)
		k := &knife{documents: []string{strings.Repeat(strings.Repeat("word ", 50)+"|", 10)}}
		var refused *rerank.OverloadedError
		_, err := r.Rerank(t.Context(), rerank.Request{
			Query: "q", Documents: k.documents, Passages: k.passages(), Degradation: rerank.Never, Deadline: time.Now().Add(2 * time.Second),
		})
		if !errors.As(err, &refused) || k.calls != 0 {
			t.Errorf("got %v after %d calls", err, k.calls)
		}
		release()
	})
}

func TestCuttingEndsWithTheTimeOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, Target: 500 * time.Millisecond})
		eng.set(takes(20 * time.Millisecond))
		slow := &knife{documents: fruit, each: time.Second}
		start := time.Now()
		got := ask(t, r, func(q *rerank.Request) { q.Passages, q.Degradation = slow.passages(), rerank.OnDeadline })
		if took := time.Since(start); took > 500*time.Millisecond || got.DegradedReason != rerank.ReasonDeadline || len(got.Results) != len(fruit) || got.ScoredDocuments != 0 {
			t.Errorf("took %v: %+v", took, got.Report)
		}
		start = time.Now()
		_, err := r.Rerank(t.Context(), rerank.Request{
			Query: "q", Documents: fruit, Passages: slow.passages(), Degradation: rerank.Never, Deadline: start.Add(250 * time.Millisecond),
		})
		if took := time.Since(start); !errors.Is(err, rerank.ErrDeadline) || took != 250*time.Millisecond {
			t.Errorf("under Never: %v after %v", err, took)
		}
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, leave)
		start = time.Now()
		_, err = r.Rerank(ctx, rerank.Request{Query: "q", Documents: fruit, Passages: slow.passages()})
		if took := time.Since(start); !errors.Is(err, context.Canceled) || took != 100*time.Millisecond {
			t.Errorf("the caller left: %v after %v", err, took)
		}
	})
}

// A document that is refused is refused, also when the time is up by then.
func TestARefusalOfCuttingIsNoWantOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, _ := fakes(t, rerank.Options{Target: 500 * time.Millisecond})
		refusal := &rerank.TruncationError{Index: 1, Tokens: 300, Limit: 256}
		_, err := r.Rerank(t.Context(), rerank.Request{
			Query: "q", Documents: fruit, Degradation: rerank.OnDeadline,
			Passages: &rerank.Passages{Tokens: 256, Cut: func(ctx context.Context) ([]string, []int, error) {
				<-ctx.Done()
				return nil, nil, refusal
			}},
		})
		if !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
	})
}

// What cutting takes is the request's own time.
func TestCuttingDoesNotMoveTheTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, Target: 500 * time.Millisecond})
		eng.set(takes(30 * time.Millisecond))
		k := &knife{documents: fruit, each: 100 * time.Millisecond}
		start := time.Now()
		got := ask(t, r, func(q *rerank.Request) { q.Passages, q.Degradation = k.passages(), rerank.OnDeadline })
		if took := time.Since(start); took > 500*time.Millisecond || got.ScoredDocuments == 0 || got.ScoredDocuments == len(fruit) {
			t.Errorf("took %v: %+v", took, got.Report)
		}
		<-time.After(time.Second) // for what had begun
	})
}

// A document may become more passages than there is memory for.
func TestPassagesThatDoNotFitAreRefusedAndLeaveNothing(t *testing.T) {
	r, _, _ := fakes(t, rerank.Options{RequestBytes: 1 << 20, DocumentBytes: 64 << 10})
	many := &knife{documents: []string{"a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z"}}
	var large *rerank.TooLargeError
	_, err := r.Rerank(t.Context(), rerank.Request{Query: "q", Documents: many.documents, Passages: many.passages()})
	if !errors.As(err, &large) {
		t.Errorf("got %v", err)
	}
	if u := r.Stats().Usage; u.Bytes != 0 || u.Running != 0 || u.Tokens != 0 {
		t.Errorf("left behind: %+v", u)
	}
	few := &knife{documents: []string{"a|b"}}
	if got := ask(t, r, func(q *rerank.Request) { q.Documents, q.Passages = few.documents, few.passages() }); got.ScoredDocuments != 2 {
		t.Errorf("two passages: %+v", got.Report)
	}
}
