// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate/samples"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
)

// pools encodes every text once and prepares it.
func pools(ctx context.Context, eng *engine.Engine, s *method.Scorer, all []samples.Sample) ([]calibrate.Pool, error) {
	place := map[string]int{}
	var queries, documents []string
	for _, x := range all {
		queries = append(queries, x.Query)
		for _, d := range x.Documents {
			if _, ok := place[d]; !ok {
				place[d] = len(documents)
				documents = append(documents, d)
			}
		}
	}
	q := make([]*method.Query, len(queries))
	err := eng.EncodeEach(ctx, queries, engine.KindQuery, func(i int, e *engine.Encoding) { q[i] = s.PrepareQuery(featuresOf(e)) })
	if err != nil {
		return nil, err
	}
	d := make([]*method.Document, len(documents))
	err = eng.EncodeEach(ctx, documents, engine.KindDocument, func(i int, e *engine.Encoding) { d[i] = s.PrepareDocument(featuresOf(e)) })
	if err != nil {
		return nil, err
	}
	out := make([]calibrate.Pool, len(all))
	for i, x := range all {
		p := calibrate.Pool{Query: q[i], Judged: x.Judged, Relevant: x.Relevant}
		for _, text := range x.Documents {
			p.Documents = append(p.Documents, d[place[text]])
		}
		if x.Priors != nil {
			if p.Priors, err = method.ScalePriors(x.Priors); err != nil {
				return nil, err
			}
		}
		out[i] = p
	}
	return out, nil
}

func featuresOf(e *engine.Encoding) method.Features {
	return method.Features{Pooled: e.Pooled, Tokens: e.Tokens, IDs: e.IDs, Rows: e.Rows, Dim: len(e.Pooled)}
}

// printQuality prints how well each method ranks a collection, with the paired
// bootstrap's 95 % of the difference from classical.
func printQuality(out io.Writer, set labelled, s *method.Scorer, p []calibrate.Pool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %d queries\tNDCG@10\tDIFFERENCE\tMRR@10\n", set.name, len(p))
	base := calibrate.Judge(s, method.Classical, p, false)
	row := func(name string, r calibrate.Result) {
		low, high := measure.Bootstrap(r.NDCG10, base.NDCG10, 2000, 1)
		fmt.Fprintf(w, "%s\t%.4f\t%+.4f (%+.4f to %+.4f)\t%.4f\n", name, measure.Mean(r.NDCG10),
			measure.Mean(r.NDCG10)-measure.Mean(base.NDCG10), low, high, measure.Mean(r.MRR10))
	}
	for _, m := range method.Names() {
		row(string(m), calibrate.Judge(s, m, p, false))
	}
	for _, x := range p {
		if x.Priors != nil {
			row("hybrid with priors", calibrate.Judge(s, method.Hybrid, p, true))
			break
		}
	}
	return w.Flush()
}
