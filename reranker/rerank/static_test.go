// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// staticEngine is the fake engine with static embeddings: letters instead of
// tokens, so that "automobile" is near to "auto" though no word is the same.
type staticEngine struct {
	*fakeEngine
	fault func() // is called first, if set
	table bool
	asked int
}

func (s *staticEngine) StaticScores(query string, texts []string, dst []float64) ([]float64, bool) {
	s.asked++
	if s.fault != nil {
		s.fault()
	}
	if !s.table {
		return dst, false
	}
	q := letters(query)
	for _, t := range texts {
		d := letters(t)
		var dot, qq, dd float64
		for i := range q {
			dot, qq, dd = dot+q[i]*d[i], qq+q[i]*q[i], dd+d[i]*d[i]
		}
		dst = append(dst, dot/math.Sqrt(max(qq*dd, 1)))
	}
	return dst, true
}

func letters(text string) (count [26]float64) {
	for _, c := range strings.ToLower(text) {
		if c >= 'a' && c <= 'z' {
			count[c-'a']++
		}
	}
	return count
}

func withStatic(t *testing.T, opt rerank.Options) (*rerank.Ranker, *staticEngine) {
	t.Helper()
	eng := &staticEngine{fakeEngine: &fakeEngine{}, table: true}
	opt.Workers = 1
	return rerank.New(eng, newScorer(t, method.Options{}), opt), eng
}

// strangers share no word with the query "auto"; the third shares letters.
var strangers = []string{"a kitchen with windows", "the red sky", "autoautoauto", "green fields", "six big ducks"}

func firstEncoded(t *testing.T, change func(*staticEngine)) (string, rerank.Response) {
	t.Helper()
	r, eng := withStatic(t, rerank.Options{BatchTokens: 1})
	change(eng)
	got, err := r.Rerank(t.Context(), rerank.Request{Query: "auto", Documents: strangers, Degradation: rerank.OnDeadline, Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range strangers {
		if eng.encoded(d) > 0 {
			return d, got
		}
	}
	t.Fatalf("nothing was encoded: %+v", got.Report)
	return "", got
}

func TestStaticEmbeddingsDecideTheOrderOfWorkWhereWordsSayNothing(t *testing.T) {
	first, got := firstEncoded(t, func(*staticEngine) {})
	if first != "autoautoauto" {
		t.Errorf("%q was encoded first", first)
	}
	if got.ScoredDocuments != 1 || !got.Degraded || got.DegradedReason != rerank.ReasonDeadline {
		t.Errorf("report %+v", got.Report)
	}
	checkBands(t, got)
	for name, change := range map[string]func(*staticEngine){
		"no table": func(e *staticEngine) { e.table = false },
		"a panic":  func(e *staticEngine) { e.fault = func() { panic("the table is damaged") } },
	} {
		if first, got := firstEncoded(t, change); first != strangers[0] || got.ScoredDocuments != 1 {
			t.Errorf("%s: %q was encoded first, %+v", name, first, got.Report)
		}
	}
}

func TestStaticEmbeddingsChangeNoFullScore(t *testing.T) {
	r, eng := withStatic(t, rerank.Options{})
	plain, _, _ := fakes(t, rerank.Options{})
	for _, policy := range []rerank.Policy{rerank.Never, rerank.OnDeadline} {
		req := rerank.Request{Query: "auto", Documents: strangers, Degradation: policy}
		a, err := r.Rerank(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := plain.Rerank(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(a.Results, b.Results, func(x, y rerank.Result) bool { return x.Index == y.Index && x.Score == y.Score }) {
			t.Errorf("under %s: %+v and %+v", policy, a.Results, b.Results)
		}
	}
	if eng.asked != 1 {
		t.Errorf("static embeddings were asked %d times, and are of use under OnDeadline only", eng.asked)
	}
}

func TestABudgetOfDocumentsIsKeptWhateverTheCacheKnows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, eng := withStatic(t, rerank.Options{CacheBytes: 1 << 20, Target: time.Hour, Timeout: 2 * time.Hour})
		req := rerank.Request{Query: "auto", Documents: strangers, Degradation: rerank.OnDeadline, Budget: 2}
		var first rerank.Response
		for i := range 3 {
			got, err := r.Rerank(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			if got.ScoredDocuments != 2 || !got.Degraded {
				t.Errorf("request %d: %+v", i, got.Report)
			}
			if i == 0 {
				first = got
			}
			for k := range got.Results {
				if got.Results[k].Score != first.Results[k].Score {
					t.Errorf("request %d: place %d has another score", i, k)
				}
			}
		}
		req.Degradation = rerank.Never
		if got, err := r.Rerank(t.Context(), req); err != nil || got.ScoredDocuments != len(strangers) {
			t.Errorf("under Never everything is scored: %+v, %v", got.Report, err)
		}
		if n := eng.encoded("autoautoauto"); n != 1 {
			t.Errorf("the best document was encoded %d times", n)
		}
	})
}
