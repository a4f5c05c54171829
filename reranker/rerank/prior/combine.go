// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package prior

import "math"

// Sources are what can be known of documents before any is encoded, one figure
// for each. Words is always there, the others may be nil.
type Sources struct {
	// Words is what Scores returns.
	Words []float64
	// Static is the cosine of static embeddings.
	Static []float64
	// Caller is the caller's own scores in [0, 1].
	Caller []float64
}

// The share of static embeddings in a mixture, by measurement on judged
// collections (docs/quality-budget.md). The best shares are broad: 0.2 to 0.4
// beside the words, 0.3 to 0.6 beside a first stage's scores, whose order is
// better to begin with but says less of what an encoder will say.
const (
	besideWords  = 0.3
	besideCaller = 0.5
)

// Combine returns one prior in [0, 1] for each document. Words and a caller's
// scores are on scales of their own; where several sources are mixed each is
// first stretched to [0, 1] over the documents of the request.
func Combine(s Sources) []float64 {
	switch {
	case s.Static == nil && s.Caller == nil:
		return s.Words
	case s.Static == nil:
		return clean(s.Caller)
	}
	other, share := s.Words, besideWords
	if s.Caller != nil {
		other, share = clean(s.Caller), besideCaller
	}
	out := stretch(clean(s.Static))
	for i, x := range stretch(other) {
		out[i] = share*out[i] + (1-share)*x
	}
	return out
}

// clean copies numbers and makes 0 of what is none, and 0 to 1 of all.
func clean(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		if v > 0 { // false for NaN
			out[i] = min(v, 1)
		}
	}
	return out
}

// stretch maps the least to 0 and the largest to 1.
func stretch(x []float64) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	out := make([]float64, len(x))
	if high > low {
		for i, v := range x {
			out[i] = (v - low) / (high - low)
		}
	}
	return out
}

// Window is the part of a text that a guess looks at, in a request of so many
// documents.
func Window(text string, documents int) string {
	return text[:min(len(text), max(leastWindow, min(window, windows/max(documents, 1))))]
}
