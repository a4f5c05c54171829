// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import "strconv"

const fieldPriors = "priors"

// priors checks the caller's own scores: one for each document, and none below
// zero, because only their ratio to the largest has a meaning here.
func (c *checker) priors() {
	p, n := c.r.Priors, len(c.r.Documents)
	if p == nil {
		return
	}
	if len(p) != n {
		c.add(field(CodeValueInvalid, fieldPriors, n, len(p), "priors must have one number for each document: %d for %d documents", len(p), n))
		return
	}
	for i, x := range p {
		if !(x >= 0) { // JSON has neither NaN nor infinity
			v := field(CodeValueInvalid, fieldPriors, 0, x, "prior %d is %v: must be at least 0", i, x)
			v.Pointer += "/" + strconv.Itoa(i)
			v.Index = &i
			c.add(v)
		}
	}
}

// TooMany is the violation of a list that goes on beyond limit.
func TooMany(name string, limit int) Violation {
	return field(CodeValueInvalid, name, limit, limit+1, "too many %s: at least %d (max %d)", name, limit+1, limit)
}
