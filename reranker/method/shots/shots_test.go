// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package shots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestEstimatesHaveTheMeanAndVarianceOfTheory draws 10^5 estimates for each
// case. The standard error of the variance ratio is 0.0045, so the window of
// 0.03 leaves six of them; the seeds are fixed anyhow.
func TestEstimatesHaveTheMeanAndVarianceOfTheory(t *testing.T) {
	const draws = 100_000
	seed := uint64(0)
	for _, e := range []Estimator{Swap, Inversion} {
		for _, n := range []int{16, 1024, 8192} {
			for _, x := range []float64{0.02, 0.25, 0.5, 0.9} {
				seed++
				t.Run(fmt.Sprintf("%s, %d shots of %v", e, n, x), func(t *testing.T) {
					t.Parallel()
					rng := rand.New(rand.NewPCG(seed, 99))
					sum, squares := 0.0, 0.0
					for range draws {
						d := e.Estimate(rng, x, n) - x
						sum += d
						squares += d * d
					}
					bias := sum / draws
					variance := squares/draws - bias*bias
					sd := e.SD(x, n)
					if limit := 4 * sd / math.Sqrt(draws); math.Abs(bias) > limit {
						t.Errorf("mean is off by %g, want at most %g", bias, limit)
					}
					if ratio := variance / (sd * sd); ratio < 0.97 || ratio > 1.03 {
						t.Errorf("variance is %v of theory's", ratio)
					}
				})
			}
		}
	}
}

func TestSDIsThatOfThePublishedFormulas(t *testing.T) {
	for _, c := range []struct {
		e    Estimator
		n    int
		want float64
	}{{Swap, 1024, 0.0303}, {Inversion, 1024, 0.0135}, {Swap, 8192, 0.0107}, {Inversion, 8192, 0.0048}} {
		if got := c.e.SD(0.25, c.n); math.Abs(got-c.want) > 6e-5 {
			t.Errorf("%s, %d shots: sd %v, want %v", c.e, c.n, got, c.want)
		}
	}
}

// TestSmallBinomialsFollowTheirDistribution compares frequencies with the
// exact probabilities, for both algorithms, by a chi-square statistic.
func TestSmallBinomialsFollowTheirDistribution(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{1, 0.3}, {5, 0.5}, {20, 0.1}, {30, 0.9}, {40, 0.5}, {60, 0.4}} {
		rng := rand.New(rand.NewPCG(uint64(c.n), 5))
		const draws = 200_000
		counts := make([]float64, c.n+1)
		for range draws {
			counts[Binomial(rng, c.n, c.p)]++
		}
		chi2, bins := 0.0, 0.0
		for k, count := range counts {
			logP := lgamma(float64(c.n)+1) - lgamma(float64(k)+1) - lgamma(float64(c.n-k)+1) +
				float64(k)*math.Log(c.p) + float64(c.n-k)*math.Log(1-c.p)
			if want := draws * math.Exp(logP); want >= 10 {
				chi2 += (count - want) * (count - want) / want
				bins++
			}
		}
		// Mean bins-1, sd sqrt(2 bins): five of them is far out.
		if limit := bins + 5*math.Sqrt(2*bins); chi2 > limit {
			t.Errorf("n=%d p=%v: chi-square %v over %v bins, want at most %v", c.n, c.p, chi2, bins, limit)
		}
	}
}

func FuzzBinomialStaysInRange(f *testing.F) {
	f.Add(uint64(1), 10, 0.5)
	f.Add(uint64(2), 1<<20, 1e-9)
	f.Add(uint64(3), 1<<20, math.NaN())
	f.Add(uint64(4), -1, 2.0)
	f.Fuzz(func(t *testing.T, seed uint64, n int, p float64) {
		n %= 1 << 21
		if k := Binomial(rand.New(rand.NewPCG(seed, 1)), n, p); k < 0 || k > max(n, 0) {
			t.Errorf("Binomial(%d, %v) = %d", n, p, k)
		}
	})
}
