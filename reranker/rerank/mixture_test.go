// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// over returns a ranker over the fake engine with a real scorer.
func over(t *testing.T, opt method.Options) *rerank.Ranker {
	t.Helper()
	return rerank.New(&fakeEngine{}, newScorer(t, opt), rerank.Options{Workers: 2, CacheBytes: 1 << 20, Target: time.Hour, Timeout: 2 * time.Hour})
}

// Ranks are of a list: comparisons have none, and what was not scored takes no part.
func TestRanksAreFusedOverTheListThatWasScored(t *testing.T) {
	t.Parallel()
	convex, ranks := over(t, method.Options{}), over(t, method.Options{Hybrid: method.HybridOptions{Fusion: method.RRFusion}})
	plain, fused := ask(t, convex, nil), ask(t, ranks, nil)
	if a, b := scores(plain), scores(fused); a[1] == b[1] || a[2] == b[2] {
		t.Errorf("scores %v, and by ranks %v", a, b)
	}
	pairs := rerank.OneToMany("a ripe apple", fruit)
	for _, m := range []method.Name{method.Hybrid, method.Quantum} {
		a, errA := convex.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: pairs, Method: m})
		b, errB := ranks.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: pairs, Method: m})
		if errA != nil || errB != nil || a.Scores[1].Score != b.Scores[1].Score {
			t.Errorf("%s: a comparison is %v, and where ranks are fused %v (%v, %v)", m, a.Scores, b.Scores, errA, errB)
		}
	}
	alone := ask(t, ranks, func(q *rerank.Request) { q.Documents = fruit[:2] })
	few := ask(t, ranks, func(q *rerank.Request) {
		q.Documents, q.Priors = fruit[:3], []float64{2, 3, 0.1}
		q.Degradation, q.Budget = rerank.OnDeadline, 2
	})
	with := ask(t, ranks, func(q *rerank.Request) { q.Documents, q.Priors = fruit[:2], []float64{2, 3} })
	if few.ScoredDocuments != 2 || scores(few)[0] != scores(with)[0] || scores(few)[1] != scores(with)[1] {
		t.Errorf("two of three %v, the two alone %v", scores(few), scores(with))
	}
	if scores(alone)[0] == scores(with)[0] {
		t.Error("the caller's priors have no rank")
	}
}

func TestPriorsOfTheCallerAreMixedInByTheirOwnDocument(t *testing.T) {
	t.Parallel()
	r := over(t, method.Options{})
	with := func(priors ...float64) map[int]float64 {
		return scores(ask(t, r, func(q *rerank.Request) { q.Priors = priors }))
	}
	even, last := with(1, 1, 1, 1), with(0, 0, 0, 5)
	if last[3] != even[3] || last[0] >= even[0] || last[2] >= even[2] {
		t.Errorf("scores %v, and where only the last has a prior %v", even, last)
	}
}

func TestShotsTellTheirSpread(t *testing.T) {
	t.Parallel()
	for shots, want := range map[int]bool{0: false, 50: true} {
		got := ask(t, over(t, method.Options{Quantum: method.QuantumOptions{State: method.Pure, Shots: shots}}), nil)
		for _, res := range got.Results {
			if has := res.ShotSD != nil && *res.ShotSD > 0; has != want {
				t.Errorf("%d shots: document %d has the spread %v", shots, res.Index, res.ShotSD)
			}
		}
	}
}

// What was not scored stands below what was, in the order of its prior, and above blanks.
func TestPriorsEndAtHalfOfTheLowestScore(t *testing.T) {
	t.Parallel()
	got := ask(t, over(t, method.Options{}), func(q *rerank.Request) {
		q.Documents, q.Priors = append([]string{" "}, fruit...), []float64{9, 1, 8, 2, 4}
		q.Degradation, q.Budget = rerank.OnDeadline, 2
	})
	var order []int
	for _, res := range got.Results {
		order = append(order, res.Index)
	}
	lowest := got.Results[1].Score
	for i, want := range map[int]float64{2: lowest / 2 * 2 / 9, 3: lowest / 2 * 1 / 9, 4: 0} {
		if d := got.Results[i].Score - want; d > 1e-12 || d < -1e-12 {
			t.Errorf("place %d has the score %g, want %g", i, got.Results[i].Score, want)
		}
	}
	if order[2] != 3 || order[3] != 1 || order[4] != 0 || got.ScoredDocuments != 2 {
		t.Errorf("order %v, %d scored", order, got.ScoredDocuments)
	}
}

// The log says what broke, and nothing of what callers wrote.
func TestFailuresAreLoggedWithoutTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault func() float64
		want  []string
	}{
		"a panic":         {func() float64 { panic("singular") }, []string{`level=ERROR msg="Engine panicked" breaker=quantum`, "singular", "stack="}},
		"above the range": {func() float64 { return 1.5 }, []string{`level=ERROR msg="Engine failed" error=`, "1.5"}},
	} {
		var out bytes.Buffer
		r, _, scorer := fakes(t, rerank.Options{Workers: 1, Logger: slog.New(slog.NewTextHandler(&out, nil))})
		scorer.set(c.fault)
		wantFallback(t, ask(t, r, nil))
		text := out.String()
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", name, want, text)
			}
		}
		if strings.Contains(text, "apple") {
			t.Errorf("%s: a text is logged: %s", name, text)
		}
	}
}

// A body is held for what it becomes, until it is let go.
func TestABodyIsHeldForItsCopies(t *testing.T) {
	t.Parallel()
	r, _, _ := fakes(t, rerank.Options{RequestBytes: 4000})
	release, err := r.Hold(1000)
	if err != nil || r.Stats().Usage.Bytes != 3000 {
		t.Fatalf("%d bytes are held, %v", r.Stats().Usage.Bytes, err)
	}
	var over *rerank.OverloadedError
	if _, err := r.Hold(1000); !errors.As(err, &over) {
		t.Errorf("a second one: %v", err)
	}
	var large *rerank.TooLargeError
	if _, err := r.Hold(2000); !errors.As(err, &large) {
		t.Errorf("one that never fits: %v", err)
	}
	release()
	if held := r.Stats().Usage.Bytes; held != 0 {
		t.Errorf("%d bytes are held of nothing", held)
	}
}

// impostor says that it is the default model.
type impostor struct{ fakeEngine }

func (e *impostor) Info() engine.Info {
	info := e.fakeEngine.Info()
	info.Digest = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
	return info
}

func TestTheSelfTestKnowsTheDefaultModel(t *testing.T) {
	t.Parallel()
	e := &impostor{fakeEngine{after: func(text string, e *engine.Encoding) {
		if !strings.Contains(text, "dough") {
			*e = fakeEncoding("one and the same")
		}
	}}}
	r := rerank.New(e, newScorer(t, method.Options{}), rerank.Options{Workers: 1})
	similarity, _, err := r.SelfTest(t.Context())
	if want := "similarity of the golden pair is 1.0000, want 0.8474 within 0.005"; err == nil || !strings.Contains(err.Error(), want) || similarity != 0 {
		t.Errorf("similarity %g, error %v, want %s", similarity, err, want)
	}
}
