// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package collect makes what the quality report scores: the candidates of each
// query, fixed once by BM25, and what the engine says about every text.
package collect

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/test/quality/bm25"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

// Depth is the number of candidates for a query.
const Depth = 100

// Collection is a judged collection with candidates and features.
type Collection struct {
	Name    string
	Queries []Query
	// documents holds the features of each candidate by its place in the set.
	documents map[int]method.Features
}

// Query is a judged query with its candidates, best by BM25 first.
type Query struct {
	Text       string
	Candidates []bm25.Hit
	Judged     []bool
	Relevant   int
	features   method.Features
}

// Candidates searches for every n-th query of the set; n = 1 takes all.
func Candidates(set *dataset.Set, n int) *Collection {
	texts := make([]string, len(set.Documents))
	for i, d := range set.Documents {
		texts[i] = d.Text
	}
	index := bm25.New(texts)
	c := &Collection{Name: set.Name, documents: map[int]method.Features{}}
	for i := 0; i < len(set.Queries); i += n {
		q := set.Queries[i]
		query := Query{Text: q.Text, Candidates: index.Search(q.Text, Depth), Relevant: len(set.Relevant[q.ID])}
		for _, h := range query.Candidates {
			query.Judged = append(query.Judged, set.Relevant[q.ID][set.Documents[h.Document].ID])
		}
		c.Queries = append(c.Queries, query)
	}
	return c
}

// Encode runs the engine over the queries and every candidate.
func (c *Collection) Encode(ctx context.Context, e *engine.Engine, set *dataset.Set) error {
	var queries, documents []string
	var places []int
	for i := range c.Queries {
		queries = append(queries, c.Queries[i].Text)
		for _, h := range c.Queries[i].Candidates {
			if _, ok := c.documents[h.Document]; ok {
				continue
			}
			c.documents[h.Document] = method.Features{}
			places = append(places, h.Document)
			documents = append(documents, set.Documents[h.Document].Text)
		}
	}
	encoded, err := e.Encode(ctx, queries, engine.KindQuery)
	if err != nil {
		return fmt.Errorf("encode the queries of %s: %w", c.Name, err)
	}
	for i := range encoded {
		c.Queries[i].features = features(&encoded[i], e.Info().Dim)
	}
	encoded, err = e.Encode(ctx, documents, engine.KindDocument)
	if err != nil {
		return fmt.Errorf("encode the documents of %s: %w", c.Name, err)
	}
	for i := range encoded {
		c.documents[places[i]] = features(&encoded[i], e.Info().Dim)
	}
	return nil
}

func features(e *engine.Encoding, dim int) method.Features {
	return method.Features{Pooled: e.Pooled, Tokens: e.Tokens, IDs: e.IDs, Rows: e.Rows, Dim: dim}
}

// Pools prepares every text with s.
func (c *Collection) Pools(s *method.Scorer) ([]calibrate.Pool, error) {
	places := slices.Sorted(maps.Keys(c.documents))
	documents := make([]*method.Document, len(places))
	Parallel(len(places), func(i int) { documents[i] = s.PrepareDocument(c.documents[places[i]]) })
	prepared := make(map[int]*method.Document, len(places))
	for i, place := range places {
		prepared[place] = documents[i]
	}
	pools := make([]calibrate.Pool, len(c.Queries))
	for i := range c.Queries {
		q := &c.Queries[i]
		p := calibrate.Pool{Query: s.PrepareQuery(q.features), Judged: q.Judged, Relevant: q.Relevant}
		scores := make([]float64, len(q.Candidates))
		for j, h := range q.Candidates {
			p.Documents = append(p.Documents, prepared[h.Document])
			scores[j] = h.Score
		}
		var err error
		if p.Priors, err = method.ScalePriors(scores); err != nil {
			return nil, err
		}
		pools[i] = p
	}
	return pools, nil
}

// Parallel calls f with 0 to n-1 on all cores and waits.
func Parallel(n int, f func(i int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}
