// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package state

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/method/linalg"
)

// kernels are the symmetric comparisons of two density matrices that are 1
// for equal states.
var kernels = map[string]func(a, b Ensemble[float64]) float64{
	"overlap": func(a, b Ensemble[float64]) float64 {
		return Overlap(a, b) / math.Sqrt(Purity(a)*Purity(b))
	},
	"fidelity": Fidelity[float64],
}

// pairs calls f with ensembles of many shapes.
func pairs(t *testing.T, f func(t *testing.T, g *generator, q, d Ensemble[float64])) {
	t.Helper()
	for i, shape := range [][3]int{{1, 1, 4}, {1, 7, 16}, {5, 1, 16}, {6, 20, 48}, {20, 60, 48}, {60, 5, 8}, {12, 100, 24}} {
		t.Run(fmt.Sprintf("%d and %d rows of %d", shape[0], shape[1], shape[2]), func(t *testing.T) {
			g := generator(100 + i)
			f(t, &g, g.ensemble(shape[0], shape[2]), g.ensemble(shape[1], shape[2]))
		})
	}
}

func TestKernelsAreSymmetricAndOneForEqualStates(t *testing.T) {
	pairs(t, func(t *testing.T, _ *generator, q, d Ensemble[float64]) {
		for name, k := range kernels {
			near(t, name+" is symmetric", k(q, d), k(d, q), 1e-12)
			near(t, name+" of equal states", k(d, d), 1, 1e-7)
			if x := k(q, d); x < 0 || x > 1+1e-12 {
				t.Errorf("%s is %v", name, x)
			}
		}
		if f, o := Fidelity(q, d), Overlap(q, d); f < o-1e-12 {
			t.Errorf("fidelity %v is below overlap %v", f, o)
		}
	})
}

func TestAFullProjectorContainsItsState(t *testing.T) {
	pairs(t, func(t *testing.T, _ *generator, q, d Ensemble[float64]) {
		full := Leading(d, d.N+d.Dim)
		near(t, "the document in its own support", full.Expect(d), 1, 1e-12)
		if full.Rank > min(d.N, d.Dim) {
			t.Errorf("rank %d of %d rows in %d dimensions", full.Rank, d.N, d.Dim)
		}
		last := 0.0
		for r := 1; r <= full.Rank; r++ {
			x := Leading(d, r).Expect(q)
			if x < last-1e-12 {
				t.Errorf("rank %d gives %v after %v", r, x, last)
			}
			last = x
		}
	})
}

func TestTheBasisIsOrthonormalAndSpansTheLeadingEigenvectors(t *testing.T) {
	pairs(t, func(t *testing.T, _ *generator, _, d Ensemble[float64]) {
		s := Leading(d, 8)
		g := make([]float64, s.Rank*s.Rank)
		linalg.Gram(g, s.Basis, s.Rank, s.Dim)
		for i := range s.Rank {
			for j := range s.Rank {
				want := 0.0
				if i == j {
					want = 1
				}
				near(t, fmt.Sprintf("basis vectors %d and %d", i, j), g[i*s.Rank+j], want, 1e-10)
			}
			// rho b = lambda b, lambda = b' rho b.
			b := s.Basis[i*s.Dim : (i+1)*s.Dim]
			image := make([]float64, s.Dim)
			for k, w := range d.Weights {
				c := w * linalg.Dot(d.Row(k), b)
				for j, x := range d.Row(k) {
					image[j] += c * x
				}
			}
			lambda := linalg.Dot(image, b)
			for j := range image {
				near(t, "residual of the eigenvector", image[j], lambda*b[j], 1e-12)
			}
		}
	})
}

// measures are all numbers that compare two ensembles.
func measures(q, d Ensemble[float64]) map[string]float64 {
	return map[string]float64{
		"overlap": Overlap(q, d), "fidelity": Fidelity(q, d), "subspace": Leading(d, 4).Expect(q),
		"copies": Copies(q, d, 3), "pure": Pure(q.Row(0), d.Row(0)),
	}
}

func sameMeasures(t *testing.T, what string, got, want map[string]float64) {
	t.Helper()
	for name := range want {
		near(t, name+" "+what, got[name], want[name], 1e-9)
	}
}

func TestSignsRotationsAndPaddingChangeNothing(t *testing.T) {
	pairs(t, func(t *testing.T, g *generator, q, d Ensemble[float64]) {
		want := measures(q, d)

		flipped := clone(d)
		for i := range d.N {
			if g.draw(1)[0] < 0 {
				for j := range flipped.Row(i) {
					flipped.Row(i)[j] *= -1
				}
			}
		}
		sameMeasures(t, "after flipped signs", measures(q, flipped), want)

		mirror := g.unit(q.Dim) // a reflection in two random planes is a rotation
		other := g.unit(q.Dim)
		sameMeasures(t, "after a rotation", measures(reflected(reflected(q, mirror), other), reflected(reflected(d, mirror), other)), want)
		sameMeasures(t, "after padding", measures(padded(q, 2*q.Dim+1), padded(d, 2*q.Dim+1)), want)

		order := clone(d)
		slices.Reverse(order.Weights)
		for i := range d.N {
			copy(order.Row(i), d.Row(d.N-1-i))
		}
		got := measures(q, order)
		delete(want, "pure") // it looks at the first row
		sameMeasures(t, "after another order of tokens", got, want)
	})
}

func clone(e Ensemble[float64]) Ensemble[float64] {
	e.Rows, e.Weights = slices.Clone(e.Rows), slices.Clone(e.Weights)
	return e
}

func reflected(e Ensemble[float64], v []float64) Ensemble[float64] {
	e = clone(e)
	for i := range e.N {
		c := 2 * linalg.Dot(e.Row(i), v)
		for j := range e.Row(i) {
			e.Row(i)[j] -= c * v[j]
		}
	}
	return e
}

func padded(e Ensemble[float64], dim int) Ensemble[float64] {
	p := Ensemble[float64]{N: e.N, Dim: dim, Weights: e.Weights, Rows: make([]float64, e.N*dim)}
	for i := range e.N {
		copy(p.Row(i), e.Row(i))
	}
	return p
}

func TestOneTokenEachIsThePureState(t *testing.T) {
	g := generator(9)
	for range 20 {
		q, d := g.ensemble(1, 24), g.ensemble(1, 24)
		want := Pure(q.Row(0), d.Row(0))
		near(t, "subspace", Leading(d, 8).Expect(q), want, exact)
		near(t, "overlap", Overlap(q, d), want, exact)
		near(t, "fidelity", Fidelity(q, d), want, exact)
		near(t, "copies", Copies(q, d, 5), want, exact)
	}
}

func TestCopiesGoFromOverlapToMaximumSimilarity(t *testing.T) {
	pairs(t, func(t *testing.T, _ *generator, q, d Ensemble[float64]) {
		near(t, "one copy", Copies(q, d, 1), Overlap(q, d), 1e-12)
		best := 0.0
		for i, w := range q.Weights {
			top := 0.0
			for j := range d.N {
				top = max(top, Pure(q.Row(i), d.Row(j)))
			}
			best += w * top
		}
		// u^(1/p) lies between 1 and u_min^(1/p), so the limit is approached from below at that rate.
		const p = 4096.0
		low := best * math.Pow(slices.Min(d.Weights), 1/p)
		if got := Copies(q, d, p); got > best+1e-12 || got < low-1e-12 {
			t.Errorf("many copies: %v, want %v to %v", got, low, best)
		}
	})
}

func TestPureOrdersLikeTheAbsoluteCosine(t *testing.T) {
	g := generator(11)
	q := g.unit(384)
	type scored struct{ cos, pure float64 }
	var all []scored
	for range 200 {
		d := g.unit(384)
		all = append(all, scored{math.Abs(linalg.Dot(q, d)), Pure(q, d)})
	}
	slices.SortFunc(all, func(a, b scored) int {
		if a.cos < b.cos {
			return -1
		}
		return 1
	})
	for i := 1; i < len(all); i++ {
		if all[i].pure < all[i-1].pure {
			t.Fatalf("|cos| %v > %v but fidelity %v < %v", all[i].cos, all[i-1].cos, all[i].pure, all[i-1].pure)
		}
	}
}

func TestAFixedEntanglerAtTheEndCancels(t *testing.T) {
	g := generator(13)
	const n = 5
	for range 10 {
		a, b := g.unit(2*n), g.unit(2*n)
		x, y := denseState(a, 2, n), denseState(b, 2, n)
		for k := range n - 1 {
			x.cx(k, k+1)
			y.cx(k, k+1)
		}
		near(t, "with a chain of CX", x.fidelity(y), DenseAngle(a, b, 2), exact)
	}
}

func TestAngleKernelsKeepASaneSpread(t *testing.T) {
	g := generator(17)
	for _, dim := range []int{384, 768} {
		a, b := g.unit(dim), g.unit(dim)
		for name, kernel := range map[string]func(a, b []float64, beta float64) float64{
			"angle": Angle[float64], "dense angle": DenseAngle[float64],
		} {
			near(t, name+" of equal vectors", kernel(a, a, 2), 1, exact)
			near(t, name+" is symmetric", kernel(a, b, 2), kernel(b, a, 2), exact)
			// Close to the Gaussian kernel that the comment promises.
			near(t, name+" of independent vectors", kernel(a, b, 2), math.Exp(-2*(1-linalg.Dot(a, b))), 0.01)
		}
	}
}

func TestDegenerateSpectraKeepTheProjectorRight(t *testing.T) {
	identity := Ensemble[float64]{N: 4, Dim: 4, Rows: make([]float64, 16), Weights: []float64{.25, .25, .25, .25}}
	for i := range 4 {
		identity.Row(i)[i] = 1
	}
	g := generator(19)
	q := g.ensemble(3, 4)
	near(t, "four equal eigenvalues, all taken", Leading(identity, 4).Expect(q), 1, 1e-12)
	near(t, "four equal eigenvalues, two taken", Leading(identity, 2).Expect(identity), 0.5, 1e-12)

	repeated := Ensemble[float64]{N: 6, Dim: 4, Weights: []float64{.1, .1, .2, .2, .2, .2}}
	row := g.unit(4)
	for range 6 {
		repeated.Rows = append(repeated.Rows, row...)
	}
	s := Leading(repeated, 4)
	if s.Rank != 1 {
		t.Errorf("one token six times has rank %d", s.Rank)
	}
	if s := Leading(single(repeated), 4); s.Rank != 1 {
		t.Errorf("one token six times has rank %d in float32", s.Rank)
	}
	near(t, "a repeated token", s.Expect(repeated), 1, 1e-12)
}
