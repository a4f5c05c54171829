// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

func TestTheMixtureIsConvexAndMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		c := Calibration{spread(rng), spread(rng), spread(rng), spread(rng)}
		a, l := rng.Float64(), rng.Float64()
		m := newMixture(a, l, c, c.Lexical)
		if sum := m.classical + m.quantum + m.third; math.Abs(sum-1) > 1e-15 {
			t.Fatalf("weights %+v sum to %v", m, sum)
		}
		if m.classical < 0 || m.quantum < 0 || m.third < 0 {
			t.Fatalf("negative weight: %+v", m)
		}
	}
	for _, edge := range []struct {
		a, l float64
		want mixture
	}{
		{0, 0, mixture{1, 0, 0}}, {1, 0, mixture{0, 1, 0}}, {1, 1, mixture{0, 1, 0}}, {0, 1, mixture{0, 0, 1}},
	} {
		c := generic[Mixed]
		if got := newMixture(edge.a, edge.l, c, c.Lexical); got != edge.want {
			t.Errorf("weights %v and %v give %+v, want %+v", edge.a, edge.l, got, edge.want)
		}
	}
}

func spread(rng *rand.Rand) float64 { return 0.001 + rng.Float64()*0.5 }

// TestHybridFollowsEachPart compares documents of which one is at least as
// good in every part.
func TestHybridFollowsEachPart(t *testing.T) {
	s := newScorer(t, Options{})
	rng := rand.New(rand.NewPCG(2, 2))
	q := s.PrepareQuery(text(rng, 6, 32))
	var all []Score
	for range 150 {
		all = append(all, s.Score(Hybrid, q, s.PrepareDocument(text(rng, 1+rng.IntN(30), 32)), nil))
	}
	compared := 0
	for _, a := range all {
		for _, b := range all {
			if a.Classical >= b.Classical && a.Quantum >= b.Quantum && a.Lexical >= b.Lexical {
				compared++
				if a.Value < b.Value-1e-15 {
					t.Fatalf("%+v is better in every part than %+v and scores less", a, b)
				}
			}
		}
	}
	if compared < 1000 {
		t.Fatalf("only %d pairs could be compared", compared)
	}
}

func TestAPriorTakesThePlaceOfTheLexicalTerm(t *testing.T) {
	s := newScorer(t, Options{})
	rng := rand.New(rand.NewPCG(3, 3))
	q, d := s.PrepareQuery(text(rng, 6, 32)), s.PrepareDocument(text(rng, 30, 32))
	last := -1.0
	for _, prior := range []float64{0, 0.1, 0.5, 1} {
		r := s.Score(Hybrid, q, d, &prior)
		if r.Value <= last {
			t.Errorf("prior %v: %v, not above %v", prior, r.Value, last)
		}
		last = r.Value
	}
	for name, prior := range map[string]float64{"NaN": math.NaN(), "negative": -3, "minus infinity": math.Inf(-1)} {
		zero := 0.0
		if got, want := s.Score(Hybrid, q, d, &prior), s.Score(Hybrid, q, d, &zero); got != want {
			t.Errorf("a %s prior scores %+v, want that of 0: %+v", name, got, want)
		}
	}
	prior := 0.7
	for _, m := range []Name{Classical, Quantum} {
		if got, want := s.Score(m, q, d, &prior), s.Score(m, q, d, nil); got != want {
			t.Errorf("%s heeds the prior: %+v, %+v", m, got, want)
		}
	}
}

func TestScalePriors(t *testing.T) {
	for name, tc := range map[string]struct {
		in   []float64
		want string
	}{
		"none":            {nil, "[] <nil>"},
		"ordinary scores": {[]float64{10, 5, 0}, "[1 0.5 0] <nil>"},
		"small scores":    {[]float64{1e-300, 5e-301}, "[1 0.5] <nil>"},
		"all zero":        {[]float64{0, 0}, "[0 0] <nil>"},
		"negative":        {[]float64{1, -1}, "[] prior 1 is -1, want a finite number of at least 0"},
		"not a number":    {[]float64{math.NaN()}, "[] prior 0 is NaN, want a finite number of at least 0"},
		"infinite":        {[]float64{2, 3, math.Inf(1)}, "[] prior 2 is +Inf, want a finite number of at least 0"},
	} {
		got, err := ScalePriors(tc.in)
		if s := fmt.Sprint(got, err); s != tc.want && !strings.HasPrefix(s, tc.want) {
			t.Errorf("%s: %s, want %s", name, s, tc.want)
		}
	}
}

func TestNoiseMovesScoresAsItShould(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	fq := text(rng, 6, 48)
	var docs []Features
	for range 20 {
		docs = append(docs, text(rng, 40, 48))
	}
	for _, state := range []State{Mixed, Pure} {
		exact := newScorer(t, Options{Quantum: QuantumOptions{State: state}})
		noisy := newScorer(t, Options{Quantum: QuantumOptions{State: state, Depolarising: 0.4}})
		for _, f := range docs {
			x := exact.Score(Quantum, exact.PrepareQuery(fq), exact.PrepareDocument(f), nil).Value
			y := noisy.Score(Quantum, noisy.PrepareQuery(fq), noisy.PrepareDocument(f), nil).Value
			rank := 1.0
			if state == Mixed {
				rank = DefaultRank
			}
			// 48 numbers need 6 qubits; all documents have the full rank, so the order is kept.
			if want := 0.6*x + 0.4*rank/64; math.Abs(y-want) > 1e-12 {
				t.Errorf("%s: %v becomes %v, want %v", state, x, y, want)
			}
		}
	}
}

func TestShotsRepeatBySeedAndDifferByText(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	fq, fd, other := text(rng, 6, 32), text(rng, 30, 32), text(rng, 30, 32)
	value := func(seed uint64, d Features) float64 {
		s := newScorer(t, Options{Quantum: QuantumOptions{Shots: 1 << 20, Seed: seed}})
		return s.Score(Quantum, s.PrepareQuery(fq), s.PrepareDocument(d), nil).Quantum
	}
	exact := newScorer(t, Options{})
	x := exact.Score(Quantum, exact.PrepareQuery(fq), exact.PrepareDocument(fd), nil).Value
	if value(1, fd) != value(1, fd) {
		t.Error("one seed gives two values")
	}
	if value(1, fd) == value(2, fd) && value(1, fd) == value(3, fd) {
		t.Error("three seeds give one value")
	}
	if value(1, fd) == value(1, other) {
		t.Error("two documents give one value")
	}
	if d := math.Abs(value(1, fd) - x); d > 0.003 {
		t.Errorf("a million shots are off by %v", d)
	}
}

func TestADocumentDoesNotKeepItsFeatures(t *testing.T) {
	for name, opt := range configurations() {
		s := newScorer(t, Options{Quantum: opt})
		rng := rand.New(rand.NewPCG(6, 6))
		fq, fd := text(rng, 6, 32), text(rng, 30, 32)
		for _, f := range []Features{fq, fd} { // unit rows are the ones that could be kept
			for i := range f.Rows {
				row := f.Tokens[i*f.Dim : (i+1)*f.Dim]
				linalg.Normalize(row, row)
			}
		}
		q, d := s.PrepareQuery(fq), s.PrepareDocument(fd)
		before := s.Score(Hybrid, q, d, nil)
		for _, f := range []Features{fq, fd} {
			clear(f.Pooled)
			clear(f.Tokens)
			clear(f.IDs)
		}
		if after := s.Score(Hybrid, q, d, nil); after != before {
			t.Errorf("%s: %+v became %+v when the features were overwritten", name, before, after)
		}
		if d.Bytes() <= 0 {
			t.Errorf("%s: %d bytes", name, d.Bytes())
		}
	}
}

// A cache of texts is bounded by what they say that they hold.
func TestPreparedTextsSayHowMuchTheyHold(t *testing.T) {
	const count, dim = 64, 384
	for name, opt := range configurations() {
		for _, rows := range []int{2, 60} {
			s, f := newScorer(t, Options{Quantum: opt}), text(rand.New(rand.NewPCG(7, 7)), rows, dim)
			for what, prepare := range map[string]func() interface{ Bytes() int }{
				"query":    func() interface{ Bytes() int } { return s.PrepareQuery(f) },
				"document": func() interface{ Bytes() int } { return s.PrepareDocument(f) },
			} {
				kept := make([]interface{ Bytes() int }, count)
				before := heap()
				for i := range kept {
					kept[i] = prepare()
				}
				held := heap() - before
				said := count * kept[0].Bytes()
				if ratio := float64(held) / float64(said); ratio < 0.7 || ratio > 1.3 {
					t.Errorf("%s: a %s of %d tokens holds %d bytes and says %d", name, what, rows, held/count, said/count)
				}
			}
		}
	}
}

// heap is the memory of what is alive.
func heap() int {
	runtime.GC()
	runtime.GC() // pools give up what they hold at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// FuzzScore throws arbitrary bits at every configuration.
func FuzzScore(f *testing.F) {
	f.Add(uint64(1), 3, 5, 8, false)
	f.Add(uint64(2), 40, 1, 3, true)
	var scorers []*Scorer
	for _, opt := range configurations() {
		scorers = append(scorers, newScorer(f, Options{Quantum: opt}))
	}
	f.Fuzz(func(t *testing.T, seed uint64, n, m, dim int, wild bool) {
		rng := rand.New(rand.NewPCG(seed, 7))
		draw := func(rows int) Features {
			x := text(rng, (rows%50+50)%50, (dim%40+40)%40+1)
			if wild {
				for i := range x.Tokens {
					x.Tokens[i] = math.Float32frombits(rng.Uint32())
				}
				for i := range x.Pooled {
					x.Pooled[i] = math.Float32frombits(rng.Uint32())
				}
			}
			return x
		}
		fq, fd := draw(n), draw(m)
		for _, s := range scorers {
			q, d := s.PrepareQuery(fq), s.PrepareDocument(fd)
			for _, name := range Names() {
				if r := s.Score(name, q, d, nil); !inRange(r.Value) || r.Degenerate && r.Value != 0 {
					t.Fatalf("%s: %+v", name, r)
				}
			}
		}
	})
}
