// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestReciprocalRankFusion(t *testing.T) {
	nan := math.NaN()
	for name, tc := range map[string]struct {
		lists [][]float64
		want  []float64
	}{
		"nothing":                 {nil, nil},
		"no documents":            {[][]float64{{}, {}}, []float64{}},
		"one list":                {[][]float64{{0.1, 0.9}}, []float64{61. / 62, 1}},
		"two lists that disagree": {[][]float64{{3, 2, 1}, {1, 2, 3}}, []float64{(1 + 61./63) / 2, 61. / 62, (1 + 61./63) / 2}},
		"equal scores":            {[][]float64{{5, 5, 1}}, []float64{1, 1, 61. / 63}},
		"a NaN is last":           {[][]float64{{nan, -1}}, []float64{61. / 62, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var lists []Ranking
			for _, l := range tc.lists {
				lists = append(lists, Ranking{l, 1 / float64(len(tc.lists))})
			}
			got := RRF(RRFConstant, lists...)
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i := range got {
				if math.Abs(got[i]-tc.want[i]) > 1e-15 {
					t.Errorf("document %d: got %v, want %v", i, got[i], tc.want[i])
				}
			}
		})
	}
}

// TestFusionOfRanks compares the hybrid of ranks with its formula, and at the
// edges of its weights with the orders of the pure methods.
func TestFusionOfRanks(t *testing.T) {
	scores := []Score{
		{Classical: 0.9, Quantum: 0.1, Lexical: 0.3},
		{Classical: 0.8, Quantum: 0.3, Lexical: 0.2},
		{Classical: 0.7, Quantum: 0.2, Lexical: 0.1},
		{Degenerate: true},
	}
	priors := []float64{0, 0.5, 1, 0}
	at := func(rank float64) float64 { return 61 / (60 + rank) }
	for name, tc := range map[string]struct {
		quantum, third float64
		fusion         Fusion
		priors         []float64
		want           []float64
	}{
		"scores are left alone":      {0.2, 0.5, Convex, nil, []float64{0, 0, 0, 0}},
		"all of the quantum ranks":   {1, 0.5, RRFusion, nil, []float64{at(3), 1, at(2), 0}},
		"all of the classical ranks": {0, 0, RRFusion, nil, []float64{1, at(2), at(3), 0}},
		"all of the caller's ranks":  {0, 1, RRFusion, priors, []float64{at(3), at(2), 1, 0}},
		"a mixture": {0.2, 0.5, RRFusion, nil, []float64{
			0.2*at(3) + 0.8, 0.2 + 0.8*at(2), 0.2*at(2) + 0.8*at(3), 0,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScorer(t, Options{Hybrid: HybridOptions{
				QuantumWeight: &tc.quantum, LexicalWeight: &tc.third, PriorWeight: &tc.third, Fusion: tc.fusion,
			}})
			got := slices.Clone(scores)
			s.Fuse(got, tc.priors)
			for i, x := range got {
				if math.Abs(x.Value-tc.want[i]) > 1e-15 {
					t.Errorf("document %d: got %v, want %v", i, x.Value, tc.want[i])
				}
			}
			s.Fuse(nil, nil)
		})
	}
}

func TestDiversify(t *testing.T) {
	// Documents 0 and 1 are copies, 2 is about something else, 3 is bad.
	copies := func(i, j int) float64 {
		if i+j == 1 {
			return 1
		}
		return 0.1
	}
	scores := []float64{0.9, 0.89, 0.6, 0.2}
	for name, tc := range map[string]struct {
		strength float64
		k        int
		want     []int
	}{
		"without strength the order is that of the scores": {0, 4, []int{0, 1, 2, 3}},
		"a copy falls behind":                              {1, 4, []int{0, 2, 3, 1}},
		"only the first k are chosen so":                   {1, 2, []int{0, 2, 1, 3}},
		"k of none":                                        {1, 0, []int{0, 1, 2, 3}},
		"k beyond the list":                                {1, 9, []int{0, 2, 3, 1}},
		"a negative k":                                     {1, -1, []int{0, 1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Diversify(scores, copies, tc.strength, tc.k); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// FuzzOrders holds that both functions return something for every document
// whatever the numbers are.
func FuzzOrders(f *testing.F) {
	f.Add(uint64(1), 5, 3, 1.0)
	f.Add(uint64(2), 0, 0, -1.0)
	f.Add(uint64(3), 40, 60, math.Inf(1))
	f.Fuzz(func(t *testing.T, seed uint64, n, k int, strength float64) {
		n = (n%60 + 60) % 60
		rng := rand.New(rand.NewPCG(seed, 3))
		wild := func() float64 { return math.Float64frombits(rng.Uint64()) }
		scores := make([]float64, n)
		for i := range scores {
			scores[i] = wild()
		}
		order := Diversify(scores, func(int, int) float64 { return wild() }, strength, k)
		slices.Sort(order)
		for i, x := range order {
			if i != x {
				t.Fatalf("not a permutation: %v", order)
			}
		}
		fused := RRF(RRFConstant, Ranking{scores, 1})
		if len(order) != n || len(fused) != n {
			t.Fatalf("%d and %d results for %d documents", len(order), len(fused), n)
		}
		for _, x := range fused {
			if !inRange(x) {
				t.Fatalf("fused score %v", x)
			}
		}
	})
}
