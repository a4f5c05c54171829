// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package bm25 makes the candidates of the quality report: the first hundred
// documents by BM25 with k1 = 0.9 and b = 0.4, the usual first stage.
//
//	score = sum_t idf(t) tf (k1+1) / (tf + k1 (1 - b + b length/mean))
//	idf(t) = log(1 + (N - df + 1/2)/(df + 1/2))
package bm25

import (
	"cmp"
	"math"
	"slices"
)

// Parameters of BM25.
const (
	K1 = 0.9
	B  = 0.4
)

// Index is an inverted index.
type Index struct {
	postings map[string][]posting
	lengths  []int
	mean     float64
}

type posting struct{ document, count int }

// Hit is a document and its score.
type Hit struct {
	Document int
	Score    float64
}

// New indexes texts.
func New(texts []string) *Index {
	x := &Index{postings: map[string][]posting{}, lengths: make([]int, len(texts))}
	total := 0
	for d, text := range texts {
		for _, t := range Tokens(text) {
			list := x.postings[t]
			if n := len(list); n > 0 && list[n-1].document == d {
				list[n-1].count++
			} else {
				x.postings[t] = append(list, posting{document: d, count: 1})
			}
			x.lengths[d]++
			total++
		}
	}
	x.mean = float64(total) / float64(max(len(texts), 1))
	return x
}

// Search returns the best k documents; ties go to the one indexed first.
func (x *Index) Search(query string, k int) []Hit {
	scores := map[int]float64{}
	for _, t := range Tokens(query) {
		list := x.postings[t]
		n, df := float64(len(x.lengths)), float64(len(list))
		idf := math.Log(1 + (n-df+0.5)/(df+0.5))
		for _, p := range list {
			tf := float64(p.count)
			scores[p.document] += idf * tf * (K1 + 1) / (tf + K1*(1-B+B*float64(x.lengths[p.document])/x.mean))
		}
	}
	hits := make([]Hit, 0, len(scores))
	for d, s := range scores {
		hits = append(hits, Hit{d, s})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Document, b.Document))
	})
	return hits[:min(k, len(hits))]
}
