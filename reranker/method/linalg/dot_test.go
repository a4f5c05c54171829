// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func randomRows(rng *rand.Rand, n, dim int) []float32 {
	a := make([]float32, n*dim)
	for i := range a {
		a[i] = float32(rng.NormFloat64())
	}
	return a
}

// plain is the inner product at the precision of the test.
func plain(a, b []float32) (sum, magnitude float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
		magnitude += math.Abs(float64(a[i]) * float64(b[i]))
	}
	return sum, magnitude
}

func TestDotStaysWithinItsRounding(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 70 {
		a, b := randomRows(rng, 1, n), randomRows(rng, 1, n)
		want, magnitude := plain(a, b)
		if got := Dot(a, b); math.Abs(got-want) > float64(n)*0x1p-23*magnitude {
			t.Errorf("length %d: got %v, want %v", n, got, want)
		}
	}
}

func TestGramsMatchTheirDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, shape := range [][3]int{{1, 1, 1}, {2, 3, 7}, {5, 40, 32}, {17, 9, 100}, {33, 64, 384}} {
		na, nb, dim := shape[0], shape[1], shape[2]
		t.Run(fmt.Sprintf("%d by %d of %d", na, nb, dim), func(t *testing.T) {
			a, b := randomRows(rng, na, dim), randomRows(rng, nb, dim)
			check := func(what string, got []float64, x []float32, nx int, y []float32, ny int) {
				t.Helper()
				for i := range nx {
					for j := range ny {
						want, magnitude := plain(x[i*dim:(i+1)*dim], y[j*dim:(j+1)*dim])
						if math.Abs(got[i*ny+j]-want) > float64(dim)*0x1p-23*magnitude {
							t.Fatalf("%s, element %d, %d: got %v, want %v", what, i, j, got[i*ny+j], want)
						}
					}
				}
			}
			cross, gram := make([]float64, na*nb), make([]float64, na*na)
			CrossGram(cross, a, na, b, nb, dim)
			check("cross", cross, a, na, b, nb)
			Gram(gram, a, na, dim)
			check("gram", gram, a, na, a, na)
			for i := range na {
				for j := range na {
					if gram[i*na+j] != gram[j*na+i] {
						t.Fatalf("elements %d, %d of the Gram matrix are not symmetric", i, j)
					}
				}
			}
		})
	}
}

func TestCombineAddsUpRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, shape := range [][3]int{{1, 1, 1}, {4, 11, 50}, {16, 110, 384}, {40, 8, 33}} {
		r, n, dim := shape[0], shape[1], shape[2]
		c, a := randomRows(rng, r, n), randomRows(rng, n, dim)
		got := Combine(c, r, a, n, dim)
		if len(got) != r*dim {
			t.Fatalf("%v: %d elements", shape, len(got))
		}
		for k := range r {
			for j := range dim {
				want, magnitude := 0.0, 0.0
				for i := range n {
					x := float64(c[k*n+i]) * float64(a[i*dim+j])
					want += x
					magnitude += math.Abs(x)
				}
				if math.Abs(float64(got[k*dim+j])-want) > float64(n)*0x1p-23*magnitude {
					t.Fatalf("%v, element %d, %d: got %v, want %v", shape, k, j, got[k*dim+j], want)
				}
			}
		}
	}
}

func TestOnlyADirectionCanBeNormalized(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	for name, tc := range map[string]struct {
		in []float32
		ok bool
	}{
		"a vector":             {[]float32{3, -4}, true},
		"huge numbers":         {[]float32{math.MaxFloat32, math.MaxFloat32}, true},
		"the smallest numbers": {[]float32{math.SmallestNonzeroFloat32, 0}, true},
		"zeros":                {[]float32{0, 0}, false},
		"nothing":              {nil, false},
		"a NaN":                {[]float32{1, nan}, false},
		"an infinity":          {[]float32{inf, 1}, false},
	} {
		out := make([]float32, len(tc.in))
		if ok := Normalize(out, tc.in); ok != tc.ok || ok && math.Abs(Norm(out)-1) > 1e-6 {
			t.Errorf("%s: %v and %v, want %v", name, ok, out, tc.ok)
		}
	}
}
