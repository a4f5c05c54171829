// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/guard/breaker"
	"github.com/quantumrerank/quantumrerank/reranker/guard/limit"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestSettingsBecomeOptions(t *testing.T) {
	t.Parallel()
	var s contract.Settings
	s.Method, s.Degradation.Policy, s.Diversify.StrengthPercent = "classical", contract.DegradationNever, 30
	s.Limits.RequestTimeoutMilliseconds, s.Limits.MaxConcurrentRequests = 9000, 5
	s.Targets.RerankLatencyMilliseconds, s.Queue.LongestWaitMilliseconds = 400, 700
	s.Breaker.FailureThreshold, s.Breaker.OpenSeconds, s.Breaker.HalfOpenRequests = 4, 20, 2
	want := rerank.Options{
		Method: method.Classical, Degradation: rerank.Never, Diversify: 0.3,
		Timeout: 9 * time.Second, Target: 400 * time.Millisecond, LongestWait: 700 * time.Millisecond, Concurrent: 5,
		Quantum: breaker.Options{Failures: 4, OpenFor: 20 * time.Second, Probes: 2},
	}
	got := rerank.FromSettings(s)
	if diff := cmp.Diff([]any{want.Method, want.Degradation, want.Diversify, want.Timeout, want.Target, want.LongestWait, want.Concurrent, want.Quantum.Failures, want.Quantum.OpenFor, want.Quantum.Probes},
		[]any{got.Method, got.Degradation, got.Diversify, got.Timeout, got.Target, got.LongestWait, got.Concurrent, got.Quantum.Failures, got.Quantum.OpenFor, got.Quantum.Probes}); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
}

// Near copies of a better document move down, and no score changes.
func TestDiversifyMovesCopiesDown(t *testing.T) {
	t.Parallel()
	documents := []string{"red apple pie", "red apple pie", "red car", "motor oil"}
	order := func(strength float64) (places []int, scores []float64) {
		r, _, _ := fakes(t, rerank.Options{Diversify: strength})
		got := ask(t, r, func(q *rerank.Request) { q.Query, q.Documents, q.Method = "red apple", documents, method.Classical })
		for _, res := range got.Results {
			places, scores = append(places, res.Index), append(scores, res.Score)
		}
		return places, scores
	}
	plain, scores := order(0)
	moved, same := order(1)
	if plain[0] != 0 || plain[1] != 1 || moved[0] != 0 || moved[1] == 1 {
		t.Errorf("order is %v, and with diversity %v", plain, moved)
	}
	slices.Sort(scores)
	slices.Sort(same)
	if !slices.Equal(scores, same) {
		t.Errorf("scores are %v, and with diversity %v", scores, same)
	}
}

func TestAnAnswerSaysWhatWasCutKnownAndLeftOut(t *testing.T) {
	t.Parallel()
	r, _, _ := fakes(t, rerank.Options{CacheBytes: 1 << 20, Target: time.Hour, Timeout: 2 * time.Hour})
	long := strings.Repeat("apple ", 70)
	change := func(q *rerank.Request) {
		q.Query, q.Documents = long, []string{long, "a red apple"}
	}
	ask(t, r, change)
	got := ask(t, r, change)
	if !slices.Contains(got.Warnings, "the query was cut to the first 64 tokens") {
		t.Errorf("warnings: %q", got.Warnings)
	}
	for _, res := range got.Results {
		if res.Stage != rerank.StageCached || res.Truncated != (res.Index == 0) || res.Quantum == nil || *res.Quantum < 0 || *res.Quantum > 1 || res.ShotSD != nil {
			t.Errorf("document %d: %+v", res.Index, res)
		}
	}
	if got.LeftOut() != "" {
		t.Errorf("left out: %q", got.LeftOut())
	}
	short := ask(t, r, nil)
	for _, res := range short.Results {
		if known := res.Stage == rerank.StageCached; known != (res.Index == 1) {
			t.Errorf("document %d is %s", res.Index, res.Stage)
		}
	}
	if len(short.Warnings) != 0 || short.CacheHits != 1 {
		t.Errorf("a short query: %q, %d documents were known", short.Warnings, short.CacheHits)
	}
	few := ask(t, r, func(q *rerank.Request) { q.Degradation, q.Budget = rerank.OnDeadline, 1 })
	if want := "3 of 4 documents were not scored and rank last by a cheap prior (deadline)"; few.LeftOut() != want {
		t.Errorf("left out: %q, want %q", few.LeftOut(), want)
	}
}

// A caller reads these sentences.
func TestErrorsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, policy := rerank.ParsePolicy("Sometimes")
	cause := errors.New("no such weights")
	for want, err := range map[string]error{
		"query has 300 tokens, more than the 256 that the model reads":                       &rerank.TruncationError{Index: -1, Tokens: 300, Limit: 256},
		"document 0 has 300 tokens, more than the 256 that the model reads":                  &rerank.TruncationError{Index: 0, Tokens: 300, Limit: 256},
		"engine is switched off after failures; retry after 1.5s":                            &rerank.UnavailableError{RetryAfter: 1500*time.Millisecond + 3*time.Microsecond},
		"engine: no such weights":                                                            &rerank.EngineError{Err: cause},
		`degradation policy is "Sometimes", want one of ["Never" "OnOverload" "OnDeadline"]`: policy,
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if !errors.Is(&rerank.EngineError{Err: cause}, cause) {
		t.Error("the cause is lost")
	}
	for _, p := range []rerank.Policy{rerank.Never, rerank.OnOverload, rerank.OnDeadline} {
		if got, err := rerank.ParsePolicy(string(p)); err != nil || got != p {
			t.Errorf("%s: %s, %v", p, got, err)
		}
	}
}

func TestComparisonsRefuseWhatWouldBeTruncated(t *testing.T) {
	t.Parallel()
	r, _, _ := fakes(t, rerank.Options{})
	long := strings.Repeat("apple ", 70)
	for want, pairs := range map[int][]rerank.Pair{
		0:  rerank.OneToMany("apple", []string{long, "pear"}),
		1:  rerank.OneToMany("apple", []string{"pear", long}),
		-1: rerank.OneToMany(long, []string{"pear"}),
	} {
		var e *rerank.TruncationError
		if _, err := r.Similarity(t.Context(), rerank.SimilarityRequest{Pairs: pairs, TruncateNone: true}); !errors.As(err, &e) || e.Index != want || e.Tokens != 72 || e.Limit != 64 {
			t.Errorf("text %d: %v", want, err)
		}
	}
	past := rerank.SimilarityRequest{Pairs: rerank.OneToMany("apple", []string{"pear"}), Deadline: time.Now().Add(-time.Second)}
	if _, err := r.Similarity(t.Context(), past); !errors.Is(err, rerank.ErrDeadline) {
		t.Errorf("after its deadline: %v", err)
	}
}

func TestTheStateNamesBreakersAndWorkers(t *testing.T) {
	t.Parallel()
	r, _, _ := fakes(t, rerank.Options{Workers: 3})
	var names []string
	for _, b := range r.Breakers() {
		names = append(names, b.Name)
	}
	if !slices.Equal(names, []string{rerank.QuantumBreaker, rerank.EngineBreaker}) || r.Stats().Workers != 3 {
		t.Errorf("breakers %v, %d workers", names, r.Stats().Workers)
	}
	r.Drain()
	_, err := r.Rerank(t.Context(), rerank.Request{Query: "apple", Documents: fruit, Degradation: rerank.Never})
	var over *rerank.OverloadedError
	if !errors.As(err, &over) || over.Reason != limit.ReasonDraining {
		t.Errorf("while it drains: %v", err)
	}
}

// wrongScorer spoils scores of any method, the classical one as well.
type wrongScorer struct {
	*method.Scorer
	spoil func(m method.Name, s *method.Score)
}

func (s *wrongScorer) Score(m method.Name, q *method.Query, d *method.Document, prior *float64) method.Score {
	score := s.Scorer.Score(m, q, d, prior)
	s.spoil(m, &score)
	return score
}

// The classical score is the last rung: where it breaks, there is an error and no answer.
func TestABrokenClassicalScoreIsAnErrorOfTheEngine(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(method.Name, *method.Score){
		"engine: classical score panicked: singular":                          func(method.Name, *method.Score) { panic("singular") },
		"engine: classical score is NaN, want a number between 0 and 1":       func(_ method.Name, s *method.Score) { s.Value = math.NaN() },
		"engine: classical score is -0.5, want a number between 0 and 1":      func(_ method.Name, s *method.Score) { s.Value = -0.5 },
		"engine: classical score is 1.0000001, want a number between 0 and 1": func(_ method.Name, s *method.Score) { s.Value = 1.0000001 },
	} {
		r := rerank.New(&fakeEngine{}, &wrongScorer{newScorer(t, method.Options{}), spoil}, rerank.Options{Workers: 1})
		_, err := r.Rerank(t.Context(), rerank.Request{Query: "apple", Documents: fruit, Method: method.Classical, Degradation: rerank.Never})
		var broken *rerank.EngineError
		if !errors.As(err, &broken) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A server whose engine computes nonsense must not become ready.
func TestTheSelfTestNoticesNonsense(t *testing.T) {
	t.Parallel()
	const query, answer = "fly from Paris", "French capital"
	// The fake's vectors know no meaning: the answer is given those of the query.
	knowing := func(text string, e *engine.Encoding) {
		if strings.Contains(text, answer) || strings.Contains(text, query) {
			*e = fakeEncoding("one and the same")
		}
	}
	for name, c := range map[string]struct {
		want  string // of the error; empty for none
		after func(string, *engine.Encoding)
		spoil func(method.Name, *method.Score)
	}{
		"a good engine": {after: knowing},
		"one that knows no meaning": {
			want: " scores the right answer",
		},
		"one that gives no numbers": {
			want:  "self-test: ",
			after: func(_ string, e *engine.Encoding) { e.Pooled[3] = float32(math.NaN()) },
		},
		"one for which all texts are alike": {
			want:  "self-test: classical scores the right answer",
			after: func(_ string, e *engine.Encoding) { *e = fakeEncoding("one and the same") },
		},
		"a quantum path beyond the range": {
			want:  "self-test: quantum scores the right answer",
			after: knowing,
			spoil: func(m method.Name, s *method.Score) {
				if m == method.Quantum {
					s.Value += 1
				}
			},
		},
		"a score below it": {
			want:  "self-test: classical scores the right answer",
			after: knowing,
			spoil: func(_ method.Name, s *method.Score) { s.Value -= 0.9999 },
		},
		"a panic": {
			want:  "self-test panicked: singular",
			after: knowing,
			spoil: func(method.Name, *method.Score) { panic("singular") },
		},
	} {
		if c.spoil == nil {
			c.spoil = func(method.Name, *method.Score) {}
		}
		r := rerank.New(&fakeEngine{after: c.after}, &wrongScorer{newScorer(t, method.Options{}), c.spoil}, rerank.Options{Workers: 1})
		similarity, took, err := r.SelfTest(t.Context())
		switch {
		case c.want == "" && (err != nil || math.Abs(similarity-1) > 1e-6 || took <= 0):
			t.Errorf("%s: similarity %g in %v, %v", name, similarity, took, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || similarity != 0 && !strings.Contains(c.want, "panicked")):
			t.Errorf("%s: similarity %g, error %v, want %q", name, similarity, err, c.want)
		}
	}
}
