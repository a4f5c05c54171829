// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/reranker/method/measure"
)

// report is everything that one run measured.
type report struct {
	Info      engine.Info
	Reference reference
	Sets      []measured
}

// Resamples of the bootstrap, and its seed: the same numbers every time.
const (
	resamples     = 10_000
	bootstrapSeed = 1
)

// The lines of docs/quality.md between which the tables are written.
const (
	beginMark = "<!-- written by make quality: begin -->"
	endMark   = "<!-- written by make quality: end -->"
)

// write puts the tables into quality.md and the plot beside it.
func (r *report) write(dir string) error {
	path := filepath.Join(dir, "quality.md")
	page, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(page, []byte(beginMark))
	_, after, ok2 := bytes.Cut(rest, []byte(endMark))
	if !ok || !ok2 {
		return fmt.Errorf("%q has no lines %q and %q", path, beginMark, endMark)
	}
	var tables bytes.Buffer
	r.tables(&tables)
	page = bytes.Join([][]byte{before, []byte(beginMark + "\n"), tables.Bytes(), []byte(endMark), after}, nil)
	if err := os.WriteFile(path, page, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "quality.svg"), r.plot(), 0o600)
}

func (r *report) tables(w io.Writer) {
	fmt.Fprintf(w, "\nModel %s, kernel %s. ", r.Info.Model, r.Info.Kernel)
	for _, s := range r.Sets {
		fmt.Fprintf(w, "%s: %d queries, %d candidates. ", s.Name, s.Queries, s.Candidates)
	}
	fmt.Fprintf(w, "Differences are against `classical`, in points of nDCG@10 (hundredths), with the central 95 %% of %d paired bootstrap resamples. Spread is the standard deviation of the scores within a pool.\n\n", resamples)
	fmt.Fprint(w, "| system |")
	for _, s := range r.Sets {
		fmt.Fprintf(w, " %s nDCG@10 | difference | MRR@10 | spread |", s.Name)
	}
	fmt.Fprint(w, "\n|---|", strings.Repeat("---:|---:|---:|---:|", len(r.Sets)), "\n")
	fmt.Fprint(w, "| sentence-transformers, cosine |")
	for _, s := range r.Sets {
		fmt.Fprintf(w, " %.4f | %+.2f | %.4f | |", r.Reference.NDCG10[s.Name], 100*(r.Reference.NDCG10[s.Name]-mean(s.classical().NDCG10)), r.Reference.MRR10[s.Name])
	}
	fmt.Fprintln(w)
	for i, y := range systems() {
		fmt.Fprintf(w, "| %s |", y.name)
		for _, s := range r.Sets {
			fmt.Fprintf(w, " %.4f | %s | %.4f | %.3f |", mean(s.Results[i].NDCG10), s.difference(s.Results[i]), mean(s.Results[i].MRR10), s.Spreads[i])
		}
		fmt.Fprintln(w)
	}
	r.crossValidation(w)
	r.calibration(w)
}

// difference formats a result against classical.
func (m *measured) difference(r calibrate.Result) string {
	if r.Name == nameClassical {
		return ""
	}
	c := m.classical()
	low, high := measure.Bootstrap(r.NDCG10, c.NDCG10, resamples, bootstrapSeed)
	return fmt.Sprintf("%+.2f (%+.2f to %+.2f)", 100*(mean(r.NDCG10)-mean(c.NDCG10)), 100*low, 100*high)
}

// classical returns the system that all others are compared with.
func (m *measured) classical() calibrate.Result {
	i := slices.IndexFunc(m.Results, func(r calibrate.Result) bool { return r.Name == nameClassical })
	return m.Results[i]
}

// crossValidation chooses weights on one collection and tests them on the
// other.
func (r *report) crossValidation(w io.Writer) {
	fmt.Fprint(w, "\n### Weights chosen on one collection, tested on the other\n\n")
	fmt.Fprint(w, "| weights (quantum, lexical) | chosen on |")
	for _, s := range r.Sets {
		fmt.Fprintf(w, " %s gain |", s.Name)
	}
	fmt.Fprint(w, "\n|---|---|", strings.Repeat("---:|", len(r.Sets)), "\n")
	points := grid()
	row := func(i int, origin string) {
		fmt.Fprintf(w, "| %.1f, %.1f | %s |", points[i].quantum, points[i].lexical, origin)
		for _, s := range r.Sets {
			fmt.Fprintf(w, " %+.2f |", 100*(mean(s.Grid[i].NDCG10)-mean(s.classical().NDCG10)))
		}
		fmt.Fprintln(w)
	}
	for _, s := range r.Sets {
		row(best(s.Grid), s.Name)
	}
	for i, p := range points {
		if p == (gridPoint{method.DefaultQuantumWeight, method.DefaultLexicalWeight}) {
			row(i, "the default")
		}
	}
	fmt.Fprint(w, "\nThe whole grid, rows: quantum weight, columns: lexical weight. Gain on ")
	r.names(w)
	fmt.Fprint(w, ":\n\n")
	r.grid(w, func(m *measured) []calibrate.Result { return m.Grid })
	fmt.Fprint(w, "\nThe same with the first stage's scores in place of the lexical term:\n\n")
	r.grid(w, func(m *measured) []calibrate.Result { return m.PriorGrid })
}

func (r *report) names(w io.Writer) {
	var names []string
	for _, s := range r.Sets {
		names = append(names, s.Name)
	}
	fmt.Fprint(w, strings.Join(names, " / "))
}

// grid writes the gains over classical at every pair of weights.
func (r *report) grid(w io.Writer, of func(*measured) []calibrate.Result) {
	fmt.Fprint(w, "| |")
	for l := range 6 {
		fmt.Fprintf(w, " %.1f |", float64(l)/10)
	}
	fmt.Fprint(w, "\n|---|", strings.Repeat("---:|", 6))
	for i, p := range grid() {
		if p.lexical == 0 {
			fmt.Fprintf(w, "\n| %.1f |", p.quantum)
		}
		var cells []string
		for k := range r.Sets {
			s := &r.Sets[k]
			cells = append(cells, fmt.Sprintf("%+.2f", 100*(mean(of(s)[i].NDCG10)-mean(s.classical().NDCG10))))
		}
		fmt.Fprintf(w, " %s |", strings.Join(cells, " / "))
	}
	fmt.Fprintln(w)
}

func (r *report) calibration(w io.Writer) {
	fmt.Fprint(w, "\n### Spreads for the calibration\n\n| state |")
	for _, s := range r.Sets {
		fmt.Fprintf(w, " %s |", s.Name)
	}
	fmt.Fprint(w, "\n|---|", strings.Repeat("---|", len(r.Sets)), "\n")
	for _, state := range []method.State{method.Mixed, method.Pure, method.Overlap, method.Fidelity} {
		fmt.Fprintf(w, "| %s |", state)
		for _, s := range r.Sets {
			fmt.Fprintf(w, " `%s` |", s.Calibration[string(state)])
		}
		fmt.Fprintln(w)
	}
}
