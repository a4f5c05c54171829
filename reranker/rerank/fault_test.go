// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

var fruit = []string{"apples and pears", "a red apple", "the motor of a car", "pears ripen in autumn"}

func ask(t *testing.T, r *rerank.Ranker, change func(*rerank.Request)) rerank.Response {
	t.Helper()
	req := rerank.Request{Query: "a ripe apple", Documents: fruit, Method: method.Hybrid, Degradation: rerank.Never}
	if change != nil {
		change(&req)
	}
	resp, err := r.Rerank(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// wantFallback checks for a classical answer that says that it is one.
func wantFallback(t *testing.T, got rerank.Response) {
	t.Helper()
	if got.MethodRequested != method.Hybrid || got.MethodUsed != method.Classical || !got.Degraded || got.DegradedReason != rerank.ReasonBreaker {
		t.Fatalf("asked for %s, used %s, degraded %v (%s)", got.MethodRequested, got.MethodUsed, got.Degraded, got.DegradedReason)
	}
	if len(got.Results) != len(fruit) || got.ScoredDocuments != len(fruit) {
		t.Fatalf("%d results, %d scored", len(got.Results), got.ScoredDocuments)
	}
	for _, r := range got.Results {
		if r.Quantum != nil || r.Classical == nil || *r.Classical != r.Score {
			t.Errorf("document %d: score %v, parts %v and %v", r.Index, r.Score, r.Classical, r.Quantum)
		}
	}
}

func TestQuantumFaultsFallBackThenOpenThenRecover(t *testing.T) {
	faults := map[string]func() float64{
		"a panic":         func() float64 { panic("singular") },
		"NaN":             math.NaN,
		"an infinity":     func() float64 { return math.Inf(1) },
		"above the range": func() float64 { return 1.5 },
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen []string
				r, _, scorer := fakes(t, rerank.Options{OnTransition: func(tr breaker.Transition) {
					seen = append(seen, tr.Breaker+": "+string(tr.From)+">"+string(tr.To))
				}})
				scorer.set(fault)
				for range 3 {
					wantFallback(t, ask(t, r, nil))
				}
				scorer.set(nil) // healed, but nobody knows yet
				wantFallback(t, ask(t, r, nil))
				if n := scorer.called(); n != 0 {
					t.Errorf("an open breaker let %d scores through", n)
				}
				<-time.After(30*time.Second + time.Millisecond)
				got := ask(t, r, nil)
				if got.MethodUsed != method.Hybrid || got.Degraded {
					t.Errorf("after recovery: used %s, degraded %v", got.MethodUsed, got.Degraded)
				}
				want := []string{"quantum: closed>open", "quantum: open>half-open", "quantum: half-open>closed"}
				if diff := cmp.Diff(want, seen); diff != "" {
					t.Errorf("transitions (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestClassicalRequestsNeverMeetTheQuantumPath(t *testing.T) {
	r, _, scorer := fakes(t, rerank.Options{})
	scorer.set(func() float64 { panic("must not be called") })
	got := ask(t, r, func(q *rerank.Request) { q.Method = method.Classical })
	if got.Degraded || got.MethodUsed != method.Classical {
		t.Errorf("used %s, degraded %v", got.MethodUsed, got.Degraded)
	}
}

func TestHungQuantumPathLeavesTimeForTheClassicalAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, scorer := fakes(t, rerank.Options{})
		release := make(chan struct{})
		defer close(release)
		scorer.set(func() float64 { <-release; return 0 })
		for i := range 4 {
			start := time.Now()
			wantFallback(t, ask(t, r, func(q *rerank.Request) { q.Deadline = time.Now().Add(time.Second) }))
			if took := time.Since(start); took > 600*time.Millisecond || i == 3 && took > time.Millisecond {
				t.Errorf("answer %d took %v", i, took)
			}
		}
	})
}

func TestFaultWhilePreparingADocumentFallsBack(t *testing.T) {
	r, _, scorer := fakes(t, rerank.Options{CacheBytes: 1 << 20})
	scorer.prepare = func() { panic("no eigenvalues") }
	wantFallback(t, ask(t, r, nil))
	scorer.prepare = nil
	if got := ask(t, r, nil); got.Degraded {
		t.Error("a broken document was cached")
	}
}

// encoderFaults are the ways in which an encoder fails a text.
func encoderFaults(release <-chan struct{}) map[string]func(*fakeEngine) {
	return map[string]func(*fakeEngine){
		"an error": func(f *fakeEngine) {
			f.before = func(context.Context, string) error { return errors.New("bad weights") }
		},
		"a panic": func(f *fakeEngine) { f.before = func(context.Context, string) error { panic("index out of range") } },
		"NaN": func(f *fakeEngine) {
			f.after = func(_ string, e *engine.Encoding) { e.Pooled[3] = float32(math.NaN()) }
		},
		"an infinity": func(f *fakeEngine) {
			f.after = func(_ string, e *engine.Encoding) { e.Tokens[0] = float32(math.Inf(-1)) }
		},
		"a hang": func(f *fakeEngine) { f.before = func(context.Context, string) error { <-release; return nil } },
	}
}

func TestEncoderFaultsAreErrorsThenTheEngineIsSwitchedOff(t *testing.T) {
	release := make(chan struct{})
	close(release)
	for name := range encoderFaults(release) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				defer close(release)
				r, eng, _ := fakes(t, rerank.Options{Workers: 1, Timeout: time.Minute, LongestWait: time.Minute})
				encoderFaults(release)[name](eng)
				var failed *rerank.EngineError
				var off *rerank.UnavailableError
				for i := range 5 {
					_, err := r.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: []rerank.Pair{{A: "x y", B: "x y"}}})
					if !errors.As(err, &failed) && !errors.As(err, &off) {
						t.Fatalf("failure %d came back as %v", i, err)
					}
				}
				_, err := r.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: []rerank.Pair{{A: "x", B: "y"}}})
				if !errors.As(err, &off) || off.RetryAfter <= 0 || off.RetryAfter > time.Minute {
					t.Fatalf("after 5 failures: %v", err)
				}
				eng.set(nil)
				eng.after = nil
				<-time.After(time.Minute + time.Millisecond)
				if got := ask(t, r, nil); got.Degraded {
					t.Errorf("after recovery: %+v", got.Report)
				}
			})
		})
	}
}

func TestEncoderFaultIsAnAnswerByPriorWhereThePolicyAllowsIt(t *testing.T) {
	r, eng, _ := fakes(t, rerank.Options{})
	eng.set(func(context.Context, string) error { return errors.New("bad weights") })
	got := ask(t, r, func(q *rerank.Request) { q.Degradation = rerank.OnDeadline })
	if got.MethodUsed != rerank.Lexical || got.DegradedReason != rerank.ReasonBreaker || got.ScoredDocuments != 0 {
		t.Errorf("got %+v", got.Report)
	}
	if got.Results[0].Index != 1 || got.Results[0].Stage != rerank.StagePrior || got.Results[0].Score > 0.5 {
		t.Errorf("first is %+v: document 1 has the query's words", got.Results[0])
	}
}

func TestOneBadTextFailsItsBatchOnlyAndIsNotCached(t *testing.T) {
	r, eng, _ := fakes(t, rerank.Options{BatchTokens: 1, CacheBytes: 1 << 20})
	eng.set(func(_ context.Context, text string) error {
		if strings.Contains(text, "motor") {
			return errors.New("bad text")
		}
		return nil
	})
	got := ask(t, r, func(q *rerank.Request) { q.Degradation = rerank.OnDeadline })
	if got.ScoredDocuments != 3 || got.Results[3].Index != 2 || got.Results[3].Stage != rerank.StagePrior {
		t.Errorf("got %+v", got)
	}
	eng.set(nil)
	if got := ask(t, r, nil); got.Degraded || got.CacheHits != 3 {
		t.Errorf("after recovery: %+v", got.Report)
	}
}

func TestCallersWhoLeaveStopTheWorkAndMoveNoBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1})
		eng.set(takes(10 * time.Millisecond))
		documents := make([]string, 100)
		for i := range documents {
			documents[i] = strings.Repeat("w ", i+1)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-time.After(35 * time.Millisecond); cancel() }()
		start := time.Now()
		_, err := r.Rerank(ctx, rerank.Request{Query: "q", Documents: documents, Degradation: rerank.Never})
		if !errors.Is(err, context.Canceled) || time.Since(start) != 35*time.Millisecond {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		<-time.After(time.Second)
		n := 0
		for _, d := range documents {
			n += eng.encoded(d)
		}
		if n != 3 {
			t.Errorf("%d documents were encoded: the query and 3 fit into 35 ms and one micro-batch", n)
		}
		for _, b := range r.Breakers() {
			if b.State != breaker.Closed || b.FailuresInARow != 0 {
				t.Errorf("breaker moved: %+v", b)
			}
		}
	})
}

func TestDeadlineIsAnErrorUnderNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1})
		eng.set(takes(100 * time.Millisecond))
		start := time.Now()
		_, err := r.Rerank(t.Context(), rerank.Request{
			Query: "q", Documents: fruit, Degradation: rerank.Never, Deadline: start.Add(250 * time.Millisecond),
		})
		if !errors.Is(err, rerank.ErrDeadline) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took != 250*time.Millisecond {
			t.Errorf("took %v", took)
		}
		<-time.After(time.Second)
	})
}

func TestTargetCountsFromTheArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, Target: 500 * time.Millisecond})
		eng.set(takes(100 * time.Millisecond))
		arrived := time.Now()
		<-time.After(300 * time.Millisecond) // the body was long in coming
		got := ask(t, r, func(q *rerank.Request) { q.Arrived, q.Degradation = arrived, rerank.OnDeadline })
		if took := time.Since(arrived); took > 500*time.Millisecond || got.DegradedReason != rerank.ReasonDeadline {
			t.Errorf("took %v: %+v", took, got.Report)
		}
		<-time.After(time.Second)
		got = ask(t, r, func(q *rerank.Request) { q.Arrived, q.Degradation = arrived, rerank.OnDeadline })
		if got.QueryTokens == 0 {
			t.Errorf("a body that was a second in coming left no time for any work: %+v", got.Report)
		}
		<-time.After(time.Second) // for what had begun
	})
}

func TestAnswerComesInTimeAndSaysWhatItLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng, _ := fakes(t, rerank.Options{Workers: 1, BatchTokens: 1, Target: 500 * time.Millisecond})
		eng.set(takes(40 * time.Millisecond))
		documents := make([]string, 100)
		for i := range documents {
			documents[i] = strings.Repeat("filler ", 1+i%7) + string(rune('a'+i%26))
		}
		documents[90], documents[95] = "a ripe apple", "the apple is ripe"
		start := time.Now()
		got := ask(t, r, func(q *rerank.Request) { q.Documents, q.Degradation = documents, rerank.OnDeadline })
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if !got.Degraded || got.DegradedReason != rerank.ReasonDeadline || got.MethodUsed != method.Hybrid {
			t.Errorf("report %+v", got.Report)
		}
		if got.ScoredDocuments < 8 || got.ScoredDocuments > 11 || len(got.Results) != 100 {
			t.Errorf("%d of %d scored: some 10 fit", got.ScoredDocuments, len(got.Results))
		}
		if top := []int{got.Results[0].Index, got.Results[1].Index}; !slices.Contains(top, 90) {
			t.Errorf("the most promising documents were not scored: %v", top)
		}
		checkBands(t, got)
		<-time.After(time.Second) // for what had begun
	})
}

// checkBands checks the order of the answer and the scale of priors.
func checkBands(t *testing.T, got rerank.Response) {
	t.Helper()
	lowest, previous := 1.0, math.Inf(1)
	full := true
	for i, r := range got.Results {
		isFull := r.Stage == rerank.StageEncoded || r.Stage == rerank.StageCached
		switch {
		case isFull && !full:
			t.Errorf("place %d is scored in full, but not the one before", i)
		case isFull:
			lowest = min(lowest, r.Score)
		case r.Score < 0 || r.Score > lowest/2:
			t.Errorf("prior %v is outside of 0 to %v", r.Score, lowest/2)
		}
		if r.Score > previous {
			t.Errorf("place %d has a higher score than the one before", i)
		}
		full, previous = isFull, r.Score
	}
}
