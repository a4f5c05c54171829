// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package prior guesses how well documents answer a query from their words
// alone, in microseconds a document, so that the encoder's time goes to the
// most promising ones first.
//
// The guess is BM25 over the words of the request's own documents:
//
//	sum over the query's words t of  idf(t) * f*(k1+1) / (f + k1*(1-b+b*len/mean))
//	idf(t) = ln(1 + (N-n+0.5)/(n+0.5))
//
// with f the frequency of t in the document, n the number of documents that
// have it, N the number of documents, k1 = 1.2 and b = 0.75 (Robertson and
// Zaragoza, The Probabilistic Relevance Framework, 2009). It is divided by its
// upper bound, so that it lies in [0, 1].
//
// Unlike a score, a prior depends on the other documents of the request. It
// decides an order of work and the rank of what was not scored, nothing else.
package prior

import "math"

const (
	k1 = 1.2
	b  = 0.75
	// window is how many bytes of a document are read at most: what an encoder
	// of 512 tokens sees. Of many documents less is read, for the time's sake,
	// down to what one of 256 tokens sees: some milliseconds for 1000.
	window      = 4096
	leastWindow = 1024
	windows     = 1 << 20 // of all documents together
	// maxTerms is how many distinct words of a query count, which bounds the
	// table of counts to a megabyte or two for 1000 documents.
	maxTerms = 256
)

// Scores returns the prior of each document.
func Scores(query string, documents []string) []float64 {
	terms := map[uint64]int{} // the query's distinct words, numbered
	words(query[:min(len(query), window)], func(w uint64) {
		if _, known := terms[w]; !known && len(terms) < maxTerms {
			terms[w] = len(terms)
		}
	})
	c := count(terms, documents)
	return c.scores(len(terms))
}

// counts are what BM25 needs to know of the documents.
type counts struct {
	frequency [][]float32 // by document and term
	lengths   []float64
	mean      float64
	having    []float64 // documents that have a term
}

func count(terms map[uint64]int, documents []string) counts {
	c := counts{
		frequency: make([][]float32, len(documents)),
		lengths:   make([]float64, len(documents)),
		having:    make([]float64, len(terms)),
	}
	all := make([]float32, len(documents)*len(terms))
	for i, doc := range documents {
		f := all[i*len(terms) : (i+1)*len(terms)]
		words(Window(doc, len(documents)), func(w uint64) {
			c.lengths[i]++
			if t, ok := terms[w]; ok {
				f[t]++
			}
		})
		c.frequency[i] = f
		c.mean += c.lengths[i] / float64(len(documents))
		for t := range f {
			if f[t] > 0 {
				c.having[t]++
			}
		}
	}
	return c
}

func (c counts) scores(terms int) []float64 {
	idf, bound := make([]float64, terms), 0.0
	n := float64(len(c.lengths))
	for t := range idf {
		idf[t] = math.Log(1 + (n-c.having[t]+0.5)/(c.having[t]+0.5))
		bound += idf[t] * (k1 + 1)
	}
	scores := make([]float64, len(c.lengths))
	if bound == 0 || c.mean == 0 {
		return scores
	}
	for i, f := range c.frequency {
		norm := k1 * (1 - b + b*c.lengths[i]/c.mean)
		for t := range f {
			n := float64(f[t])
			scores[i] += idf[t] * n * (k1 + 1) / (n + norm) / bound
		}
	}
	return scores
}
