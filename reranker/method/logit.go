// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import "math"

// FromLogit returns the classical score of a pair that a cross-encoder has
// read together: 1/(1 + exp(-logit)). Such a model gives no vectors, so there
// is nothing for the other methods. A NaN is degenerate.
func FromLogit(logit float64) Score {
	if math.IsNaN(logit) {
		return Score{Degenerate: true, HasClassical: true}
	}
	x := 1 / (1 + math.Exp(-logit))
	return Score{Value: x, Classical: x, HasClassical: true}
}
