// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package samples

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// TREC are the four files of a judged run.
type TREC struct{ Queries, Documents, Run, Qrels io.Reader }

// ReadTREC joins the four files. Queries without a candidate are left out.
func ReadTREC(t TREC) ([]Sample, error) {
	queries, order, err := texts(t.Queries)
	if err != nil {
		return nil, fmt.Errorf("queries: %w", err)
	}
	documents, _, err := texts(t.Documents)
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	relevant, err := qrels(t.Qrels)
	if err != nil {
		return nil, fmt.Errorf("qrels: %w", err)
	}
	ranked, err := run(t.Run, queries, documents)
	if err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	var out []Sample
	for _, id := range order {
		candidates := ranked[id]
		if len(candidates) == 0 {
			continue
		}
		// As trec_eval does it: the score decides, not the order of lines.
		slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
		s := Sample{Query: queries[id], Relevant: len(relevant[id])}
		lowest := candidates[len(candidates)-1].score
		for _, c := range candidates {
			s.Documents = append(s.Documents, documents[c.id])
			s.Judged = append(s.Judged, relevant[id][c.id])
			// Scores such as log probabilities are moved up to zero.
			s.Priors = append(s.Priors, c.score-min(lowest, 0))
		}
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("query %s: %w", id, err)
		}
		out = append(out, s)
	}
	return out, nil
}

// texts reads identifiers and texts with a tab between.
func texts(r io.Reader) (byID map[string]string, order []string, err error) {
	byID = map[string]string{}
	err = lines(r, func(_ int, text []byte) error {
		id, rest, ok := bytes.Cut(bytes.TrimRight(text, "\r\n"), []byte{'\t'})
		if !ok || len(id) == 0 {
			return errors.New("want an identifier, a tab and a text")
		}
		if _, twice := byID[string(id)]; twice {
			return fmt.Errorf("%q stands there twice", id)
		}
		byID[string(id)] = string(rest)
		order = append(order, string(id))
		return nil
	})
	return byID, order, err
}

// qrels returns the relevant documents of each query.
func qrels(r io.Reader) (map[string]map[string]bool, error) {
	out := map[string]map[string]bool{}
	err := lines(r, func(_ int, text []byte) error {
		f := bytes.Fields(text)
		if len(f) != 4 {
			return fmt.Errorf("%d fields, want 4: query 0 document grade", len(f))
		}
		grade, err := strconv.ParseFloat(string(f[3]), 64)
		if err != nil {
			return fmt.Errorf("grade is %q, want a number", f[3])
		}
		if grade > 0 {
			if out[string(f[0])] == nil {
				out[string(f[0])] = map[string]bool{}
			}
			out[string(f[0])][string(f[2])] = true
		}
		return nil
	})
	return out, err
}

type candidate struct {
	id    string
	score float64
}

// run returns the candidates of each query.
func run(r io.Reader, queries, documents map[string]string) (map[string][]candidate, error) {
	out := map[string][]candidate{}
	err := lines(r, func(_ int, text []byte) error {
		f := bytes.Fields(text)
		if len(f) != 6 {
			return fmt.Errorf("%d fields, want 6: query Q0 document rank score tag", len(f))
		}
		query, document := string(f[0]), string(f[2])
		if _, ok := queries[query]; !ok {
			return fmt.Errorf("query %q is not among the queries", query)
		}
		if _, ok := documents[document]; !ok {
			return fmt.Errorf("document %q is not among the documents", document)
		}
		score, err := strconv.ParseFloat(string(f[4]), 64)
		if err != nil || score-score != 0 {
			return fmt.Errorf("score is %q, want a finite number", f[4])
		}
		if len(out[query]) == MaxDocuments {
			return fmt.Errorf("more than %d documents for query %q", MaxDocuments, query)
		}
		out[query] = append(out[query], candidate{document, score})
		return nil
	})
	return out, err
}
