// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package linalg

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// gramOf returns the Gram matrix of n random unit vectors that share a mean
// direction, as token states do.
func gramOf(rng *rand.Rand, n, dim int, common float64) []float64 {
	rows := make([]float64, n*dim)
	for i := range n {
		row := rows[i*dim : (i+1)*dim]
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		row[0] += common * math.Sqrt(float64(dim))
		Normalize(row, row)
	}
	g := make([]float64, n*n)
	Gram(g, rows, n, dim)
	for i := range g {
		g[i] /= float64(n)
	}
	return g
}

// matrices are the inputs of every eigenproblem test: generic, tiny, and the
// ones on which careless code divides by zero or loses a vector.
func matrices() map[string][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	ms := map[string][]float64{
		"one by one":                {3},
		"two by two":                {2, 1, 1, 2},
		"zero":                      make([]float64, 25),
		"identity":                  diagonal(1, 1, 1, 1, 1, 1),
		"diagonal with a multiple":  diagonal(1, 5, 5, 2, 5, 0),
		"rank one":                  rankOne(1, 2, 3, 4),
		"tiny numbers":              rankOne(1e-60, 2e-60, 3e-60),
		"widely spread eigenvalues": diagonal(1, 1e-8, 1e-16, 1e-300, 0),
	}
	for _, n := range []int{3, 8, 17, 64, 110} {
		ms[fmt.Sprintf("gram of %d rows in 384", n)] = gramOf(rng, n, 384, 0.5)
	}
	ms["gram of more rows than dimensions"] = gramOf(rng, 90, 24, 0.3)
	return ms
}

func diagonal(d ...float64) []float64 {
	a := make([]float64, len(d)*len(d))
	for i, x := range d {
		a[i*len(d)+i] = x
	}
	return a
}

func rankOne(v ...float64) []float64 {
	a := make([]float64, len(v)*len(v))
	for i := range v {
		for j := range v {
			a[i*len(v)+j] = v[i] * v[j]
		}
	}
	return a
}

func order(a []float64) int { return int(math.Sqrt(float64(len(a))) + 0.5) }

func frobenius(a []float64) float64 { return Norm(a) }

// checkPairs asserts A v = lambda v and orthonormal vectors.
func checkPairs(t *testing.T, a, values, vectors []float64, n int) {
	t.Helper()
	tol := 1e-13 * float64(n) * max(frobenius(a), 1e-300)
	for k, lambda := range values {
		v := vectors[k*n : (k+1)*n]
		for i := range n {
			if res := math.Abs(Dot(a[i*n:(i+1)*n], v) - lambda*v[i]); !(res <= tol) {
				t.Fatalf("pair %d: residual %g in row %d, want at most %g", k, res, i, tol)
			}
		}
		for j := range k + 1 {
			want := 0.0
			if j == k {
				want = 1
			}
			if got := Dot(v, vectors[j*n:(j+1)*n]); !(math.Abs(got-want) <= 1e-12*float64(n)) {
				t.Fatalf("vectors %d and %d: inner product %g, want %g", j, k, got, want)
			}
		}
		if k > 0 && values[k-1] < lambda {
			t.Fatalf("eigenvalues are not in descending order: %v", values)
		}
	}
}

func TestEigenSolvesTheEigenproblem(t *testing.T) {
	for name, a := range matrices() {
		t.Run(name, func(t *testing.T) {
			n := order(a)
			values, vectors := Eigen(append([]float64(nil), a...), n)
			if len(values) != n {
				t.Fatalf("%d eigenvalues, want %d", len(values), n)
			}
			checkPairs(t, a, values, vectors, n)
			only := Eigenvalues(append([]float64(nil), a...), n)
			for i := range only {
				if math.Abs(only[i]-values[i]) > 1e-13*float64(n)*max(frobenius(a), 1e-300) {
					t.Errorf("eigenvalue %d is %g alone and %g with its vector", i, only[i], values[i])
				}
			}
		})
	}
}

func TestTopEigenFindsTheLeadingPairs(t *testing.T) {
	for name, a := range matrices() {
		t.Run(name, func(t *testing.T) {
			n := order(a)
			all, _ := Eigen(append([]float64(nil), a...), n)
			for _, r := range []int{0, 1, 2, 8, n, n + 3} {
				values, vectors := TopEigen(append([]float64(nil), a...), n, r)
				if want := min(r, n); len(values) != want || len(vectors) != want*n {
					t.Fatalf("%d values and %d numbers of vectors for r = %d, n = %d", len(values), len(vectors), r, n)
				}
				checkPairs(t, a, values, vectors, n)
				for i := range values {
					if math.Abs(values[i]-all[i]) > 1e-13*float64(n)*max(frobenius(a), 1e-300) {
						t.Errorf("eigenvalue %d is %g, want %g", i, values[i], all[i])
					}
				}
			}
		})
	}
}

// TestInverseIterationSufficesForTokenStates guards the speed: the fallback
// to the full solution must stay the exception.
func TestInverseIterationSufficesForTokenStates(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 50 {
		n := 2 + rng.IntN(120)
		tri := reduce(gramOf(rng, n, 384, rng.Float64()), n)
		values := tri.values()[:min(8, n)]
		if !tri.invert(values, make([]float64, len(values)*n), tri.scale()) {
			t.Errorf("inverse iteration failed for a Gram matrix of %d rows", n)
		}
	}
}

func BenchmarkTopEigen(b *testing.B) {
	for _, n := range []int{32, 110, 256} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g := gramOf(rand.New(rand.NewPCG(1, 1)), n, 384, 0.7)
			a := make([]float64, len(g))
			b.ReportAllocs()
			for b.Loop() {
				copy(a, g)
				TopEigen(a, n, 8)
			}
		})
	}
}
