// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func TestMain(m *testing.M) {
	// The real engine is shared by all tests of the package and keeps its
	// workers.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/quantumrerank/quantumrerank/reranker/engine.(*Engine).work"))
}

const fakeDim = 16

// fakeEngine stands in for the real one where faults and times are at stake:
// its vectors are a function of the text's words, and it fails on command.
type fakeEngine struct {
	mu    sync.Mutex
	count map[string]int // encodings by text
	// before is called with each text before it is encoded; its error, panic
	// or delay is the engine's.
	before func(ctx context.Context, text string) error
	// after may spoil an encoding.
	after func(text string, e *engine.Encoding)
}

func (f *fakeEngine) Info() engine.Info {
	return engine.Info{Model: "fake", Digest: "sha256:fake", Dim: fakeDim, MaxTokens: 64}
}

func (f *fakeEngine) CountTokens(_ engine.Kind, text string) int {
	return len(strings.Fields(text)) + 2
}

func (f *fakeEngine) EncodeEach(ctx context.Context, texts []string, _ engine.Kind, visit func(int, *engine.Encoding)) error {
	for i, text := range texts {
		f.mu.Lock()
		if f.count == nil {
			f.count = map[string]int{}
		}
		f.count[text]++
		before, after := f.before, f.after
		f.mu.Unlock()
		if before != nil {
			if err := before(ctx, text); err != nil {
				return err
			}
		}
		enc := fakeEncoding(text)
		if after != nil {
			after(text, &enc)
		}
		visit(i, &enc)
	}
	return nil
}

// set changes the faults while requests may be under way.
func (f *fakeEngine) set(before func(context.Context, string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

func (f *fakeEngine) encoded(text string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count[text]
}

func fakeEncoding(text string) engine.Encoding {
	words := strings.Fields(text)
	words = words[:min(len(words), 62)]
	e := engine.Encoding{
		Pooled: make([]float32, fakeDim), Rows: len(words), UsedTokens: len(words) + 2,
		TotalTokens: len(strings.Fields(text)) + 2,
	}
	e.Truncated = e.TotalTokens > e.UsedTokens
	for _, w := range words {
		h := fnv.New32a()
		h.Write([]byte(w))
		row := make([]float32, fakeDim)
		for k := range row {
			row[k] = float32(math.Sin(float64(h.Sum32()%1000+1) * float64(k+1)))
		}
		normalise(row)
		for k := range row {
			e.Pooled[k] += row[k]
		}
		e.Tokens = append(e.Tokens, row...)
		e.IDs = append(e.IDs, int32(h.Sum32()%1000))
	}
	normalise(e.Pooled)
	return e
}

func normalise(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
}

// after waits for d of the bubble's time.
func takes(d time.Duration) func(context.Context, string) error {
	return func(context.Context, string) error {
		<-time.After(d)
		return nil
	}
}

// faultyScorer is the real scorer with faults on its quantum path.
type faultyScorer struct {
	*method.Scorer
	mu      sync.Mutex
	fault   func() float64 // replaces the score of the quantum path; nil for none
	prepare func()         // is called before a document's states are prepared
	calls   int
}

func (s *faultyScorer) set(fault func() float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.calls = fault, 0
}

func (s *faultyScorer) called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *faultyScorer) Score(m method.Name, q *method.Query, d *method.Document, prior *float64) method.Score {
	score := s.Scorer.Score(m, q, d, prior)
	if m == method.Classical {
		return score
	}
	s.mu.Lock()
	fault := s.fault
	s.calls++
	s.mu.Unlock()
	if fault != nil {
		score.Value = fault()
	}
	return score
}

func (s *faultyScorer) PrepareDocument(f method.Features) *method.Document {
	if s.prepare != nil && f.Rows > 0 {
		s.prepare()
	}
	return s.Scorer.PrepareDocument(f)
}

// fakes returns a ranker over fakes, which the test may break.
func fakes(t testing.TB, opt rerank.Options) (*rerank.Ranker, *fakeEngine, *faultyScorer) {
	t.Helper()
	e, s := &fakeEngine{}, &faultyScorer{Scorer: newScorer(t, method.Options{})}
	if opt.Workers == 0 {
		opt.Workers = 2
	}
	return rerank.New(e, s, opt), e, s
}
