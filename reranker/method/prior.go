// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package method

import (
	"fmt"
	"math"
)

// ScalePriors brings the caller's first-stage scores of one request to [0,1]
// by dividing them by the largest. Only the caller knows their scale, so this
// is the one place where the numbers of a request set it; whoever needs scores
// that do not depend on the other documents sends priors whose largest is 1.
//
// Scores must be finite and not negative. If all are zero they stay zero.
func ScalePriors(priors []float64) ([]float64, error) {
	top := 0.0
	for i, p := range priors {
		if !(p >= 0) || math.IsInf(p, 1) {
			return nil, fmt.Errorf("prior %d is %v, want a finite number of at least 0", i, p)
		}
		top = max(top, p)
	}
	scaled := make([]float64, len(priors))
	if top == 0 {
		return scaled, nil
	}
	for i, p := range priors {
		scaled[i] = min(p/top, 1)
	}
	return scaled, nil
}
