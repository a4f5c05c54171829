// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package shots

import (
	"math"
	"math/rand/v2"
)

// Estimator says how a fidelity is measured.
type Estimator string

// The estimators.
const (
	Swap      Estimator = "swap"
	Inversion Estimator = "inversion"
)

// Estimate draws an estimate of x in [0,1] from n > 0 repetitions.
func (e Estimator) Estimate(rng *rand.Rand, x float64, n int) float64 {
	if e == Inversion {
		return float64(Binomial(rng, n, x)) / float64(n)
	}
	return 2*float64(Binomial(rng, n, (1+x)/2))/float64(n) - 1
}

// SD returns the standard deviation of Estimate.
func (e Estimator) SD(x float64, n int) float64 {
	variance := 1 - x*x
	if e == Inversion {
		variance = x * (1 - x)
	}
	return math.Sqrt(max(variance, 0) / float64(n))
}

// Binomial draws the number of successes in n trials of probability p.
func Binomial(rng *rand.Rand, n int, p float64) int {
	switch {
	case !(p > 0) || n <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - Binomial(rng, n, 1-p)
	case float64(n)*p < 10:
		return waiting(rng, n, p)
	}
	return rejection(rng, n, p)
}

// waiting adds up geometric waiting times until the trials are used up; it
// needs n*p+1 draws on average.
func waiting(rng *rand.Rand, n int, p float64) int {
	log1p := math.Log1p(-p)
	successes, trials := 0, 0.0
	for {
		trials += math.Floor(math.Log(1-rng.Float64())/log1p) + 1
		if trials > float64(n) {
			return successes
		}
		successes++
	}
}

// rejection is algorithm BTRS, transformed rejection with squeeze, of
// Hörmann, "The generation of binomial random variates" (1993); it is exact
// for n*p >= 10 and p <= 1/2.
func rejection(rng *rand.Rand, n int, p float64) int {
	count := float64(n)
	spread := math.Sqrt(count * p * (1 - p))
	b := 1.15 + 2.53*spread
	a := -0.0873 + 0.0248*b + 0.01*p
	c := count*p + 0.5
	vr := 0.92 - 4.2/b
	alpha := (2.83 + 5.1/b) * spread
	logOdds := math.Log(p / (1 - p))
	mode := math.Floor((count + 1) * p)
	atMode := lgamma(mode+1) + lgamma(count-mode+1)
	for {
		u, v := rng.Float64()-0.5, rng.Float64()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*a/us+b)*u + c)
		if k < 0 || k > count {
			continue
		}
		if us >= 0.07 && v <= vr {
			return int(k)
		}
		v = math.Log(v * alpha / (a/(us*us) + b))
		if v <= atMode-lgamma(k+1)-lgamma(count-k+1)+(k-mode)*logOdds {
			return int(k)
		}
	}
}

func lgamma(x float64) float64 {
	y, _ := math.Lgamma(x)
	return y
}
