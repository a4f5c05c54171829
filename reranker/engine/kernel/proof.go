// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"fmt"
	"math"
	"slices"
)

// A set whose instructions nobody has seen on a real CPU proves itself before it
// is offered: each of its kernels computes something small, and plain Go the same.

// proven returns those of the sets that compute what plain Go does, and says of the others
// what does not.
func proven(sets []*Set) (good []*Set, leftOut []string) {
	want := everyClaim(genericSet())
	for _, s := range sets {
		if wrong := firstWrong(everyClaim(s), want); wrong != "" {
			leftOut = append(leftOut, fmt.Sprintf("%s, whose %s are not those of plain Go", s.Name, wrong))
			continue
		}
		good = append(good, s)
	}
	return good, leftOut
}

// everyClaim returns what a set computes for each of the claims.
func everyClaim(s *Set) [][]float32 {
	var all [][]float32
	for _, c := range claims {
		all = append(all, c.compute(s))
	}
	return all
}

// firstWrong names the first kernel that computed something else than it should
// have, or nothing.
func firstWrong(got, want [][]float32) string {
	for i, c := range claims {
		if !near(got[i], want[i], c.bound) {
			return c.kernel
		}
	}
	return ""
}

// near reports whether all numbers are within the bound.
func near(got, want []float32, bound float64) bool {
	return slices.EqualFunc(got, want, func(x, y float32) bool {
		return math.Abs(float64(x)-float64(y)) <= bound
	})
}
