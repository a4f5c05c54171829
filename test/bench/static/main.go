// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command static measures what static embeddings are worth as the first look of
// a cascade, on the judged collections (package dataset says where they are): the
// nDCG@10 of a first look alone, and what is lost when only its best candidates
// are encoded.
//
//	go run ./test/bench/static          # some minutes
//	go run ./test/bench/static -every 9 # every ninth query
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/test/quality/bm25"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

const (
	depth       = 100
	staticShare = 0.3 // of the mixture of both
)

// cuts are the parts of the candidates that are encoded, in hundredths.
var cuts = []int{25, 50, 60}

// looks are the first looks.
var looks = []string{"static", "bm25", "both"}

func main() {
	dir := flag.String("model", "bin/models/all-MiniLM-L6-v2", "directory of the model")
	every := flag.Int("every", 1, "take every n-th query")
	flag.Parse()
	if err := run(context.Background(), *dir, max(1, *every)); err != nil {
		fmt.Fprintln(os.Stderr, "static:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, every int) error {
	root, err := dataset.Root(".")
	if err != nil {
		return err
	}
	e, err := engine.Open(dir, engine.Options{})
	if err != nil {
		return err
	}
	defer e.Close()
	for _, name := range dataset.Names() {
		set, err := dataset.Load(root, name)
		if err != nil {
			return err
		}
		if err := measure(ctx, e, set, every); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// measure prints the lines of one collection.
func measure(ctx context.Context, e *engine.Engine, set *dataset.Set, every int) error {
	var texts []string
	for _, d := range set.Documents {
		texts = append(texts, d.Text)
	}
	index, queries, full := bm25.New(texts), 0.0, 0.0
	alone, kept := map[string]float64{}, map[string][]float64{}
	for i := 0; i < len(set.Queries); i += every {
		p, err := candidates(ctx, e, set, index, set.Queries[i])
		if err != nil {
			return err
		}
		queries++
		full += p.ndcg(p.order(p.cosine))
		for name, scores := range map[string][]float64{"static": p.static, "bm25": p.bm25, "both": p.both()} {
			order := p.order(scores)
			alone[name] += p.ndcg(order)
			for j, cut := range cuts {
				if kept[name] == nil {
					kept[name] = make([]float64, len(cuts))
				}
				kept[name][j] += p.ndcg(p.cascade(order, cut))
			}
		}
	}
	fmt.Printf("%s, %.0f queries: all encoded %.4f\n", set.Name, queries, full/queries)
	for _, name := range looks {
		fmt.Printf("  %-7s alone %.4f  lost", name, alone[name]/queries)
		for j, cut := range cuts {
			fmt.Printf("  at %d %%: %+.4f", cut, (full-kept[name][j])/queries)
		}
		fmt.Println()
	}
	return nil
}

// pool is a query's candidates with their scores.
type pool struct {
	judged               []bool
	relevant             int
	static, bm25, cosine []float64
}

func candidates(ctx context.Context, e *engine.Engine, set *dataset.Set, index *bm25.Index, q dataset.Text) (*pool, error) {
	p := &pool{relevant: len(set.Relevant[q.ID])}
	var texts []string
	for _, h := range index.Search(q.Text, depth) {
		d := set.Documents[h.Document]
		texts = append(texts, d.Text)
		p.bm25 = append(p.bm25, h.Score)
		p.judged = append(p.judged, set.Relevant[q.ID][d.ID])
	}
	var ok bool
	if p.static, ok = e.StaticScores(q.Text, texts, nil); !ok {
		return nil, fmt.Errorf("the model has no static embeddings: run `make model`")
	}
	query, err := e.Encode(ctx, []string{q.Text}, engine.KindQuery)
	if err != nil {
		return nil, err
	}
	p.cosine = make([]float64, len(texts))
	err = e.EncodeEach(ctx, texts, engine.KindDocument, func(i int, enc *engine.Encoding) {
		for j, x := range enc.Pooled {
			p.cosine[i] += float64(x) * float64(query[0].Pooled[j])
		}
	})
	return p, err
}

// both mixes the standardised scores.
func (p *pool) both() []float64 {
	a, b := standard(p.static), standard(p.bm25)
	for i := range a {
		a[i] = staticShare*a[i] + (1-staticShare)*b[i]
	}
	return a
}

func standard(x []float64) []float64 {
	mean, squares, y := 0.0, 0.0, make([]float64, len(x))
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	if squares == 0 {
		return y
	}
	scale := math.Sqrt(float64(len(x)) / squares)
	for i, v := range x {
		y[i] = (v - mean) * scale
	}
	return y
}

// order lists the candidates, best first, ties as they came.
func (p *pool) order(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	return order
}

// cascade ranks the first part of an order by cosine and leaves the rest.
func (p *pool) cascade(order []int, percent int) []int {
	cut := (len(order)*percent + 99) / 100
	ranked := slices.Clone(order)
	slices.SortStableFunc(ranked[:cut], func(i, j int) int { return cmp.Compare(p.cosine[j], p.cosine[i]) })
	return ranked
}

func (p *pool) ndcg(order []int) float64 {
	gain, ideal := 0.0, 0.0
	for i := range min(10, max(len(order), p.relevant)) {
		discount := 1 / math.Log2(float64(i+2))
		if i < len(order) && p.judged[order[i]] {
			gain += discount
		}
		if i < p.relevant {
			ideal += discount
		}
	}
	if ideal == 0 {
		return 0
	}
	return gain / ideal
}
