// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command quality measures how well each method ranks and writes
// docs/quality.md with its plot. It needs the default model and the judged
// collections (package dataset says where), and takes some minutes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o options
	flag.StringVar(&o.root, "root", ".", "root of the repository")
	flag.StringVar(&o.model, "model", "bin/models/all-MiniLM-L6-v2", "directory of the model, relative to the root")
	flag.StringVar(&o.kernel, "kernel", "", "kernel set of the engine; empty is its own choice")
	flag.StringVar(&o.candidates, "candidates", "", "only write the candidates to this file, for reference.py")
	flag.StringVar(&o.pools, "pools", "", "only write the candidates to this folder, for `reranker calibrate`")
	flag.Parse()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

type options struct{ root, model, kernel, candidates, pools string }

func run(ctx context.Context, o options) error {
	data, err := dataset.Root(o.root)
	if err != nil {
		return err
	}
	if o.candidates != "" {
		return writeCandidates(data, o.candidates)
	}
	if o.pools != "" {
		return writePools(data, o.pools)
	}
	e, err := engine.Open(filepath.Join(o.root, o.model), engine.Options{Kernel: o.kernel})
	if err != nil {
		return err
	}
	defer e.Close()
	rep := report{Info: e.Info()}
	if rep.Reference, err = readReference(o.root); err != nil {
		return err
	}
	for _, name := range dataset.Names() {
		s, err := measureSet(ctx, e, data, name)
		if err != nil {
			return err
		}
		rep.Sets = append(rep.Sets, s)
	}
	return rep.write(filepath.Join(o.root, "docs"))
}

// measured is a collection with the results of all systems.
type measured struct {
	Name        string
	Queries     int
	Candidates  int
	Results     []calibrate.Result
	Spreads     []float64
	Grid        []calibrate.Result // in the order of grid
	PriorGrid   []calibrate.Result // with the first stage's scores
	Calibration map[string]string
}

func measureSet(ctx context.Context, e *engine.Engine, data, name string) (measured, error) {
	start := time.Now()
	m := measured{Name: name, Calibration: map[string]string{}}
	set, err := dataset.Load(data, name)
	if err != nil {
		return m, err
	}
	c := collect.Candidates(set, 1)
	if err := c.Encode(ctx, e, set); err != nil {
		return m, err
	}
	m.Queries = len(c.Queries)
	for _, q := range c.Queries {
		m.Candidates += len(q.Candidates)
	}
	fmt.Fprintf(os.Stderr, "%s: encoded in %v\n", name, time.Since(start).Round(time.Second))
	var shared []calibrate.Pool
	for _, y := range systems() {
		if ctx.Err() != nil {
			return m, ctx.Err()
		}
		r, spread, err := y.judge(c, e.Info().Digest, &shared)
		if err != nil {
			return m, fmt.Errorf("%s: %w", y.name, err)
		}
		m.Results, m.Spreads = append(m.Results, r), append(m.Spreads, spread)
		fmt.Fprintf(os.Stderr, "%s: %-50s %.4f  %.4f  sd %.3f\n", name, y.name, mean(r.NDCG10), mean(r.MRR10), spread)
	}
	if m.Grid, err = judgeGrid(shared, e.Info().Digest, false); err != nil {
		return m, err
	}
	if m.PriorGrid, err = judgeGrid(shared, e.Info().Digest, true); err != nil {
		return m, err
	}
	return m, m.calibrate(c)
}

// writeCandidates writes what reference.py needs: the texts of each query and
// of its candidates.
func writeCandidates(data, path string) error {
	type query struct {
		Text     string   `json:"text"`
		Docs     []string `json:"docs"`
		Judged   []bool   `json:"judged"`
		Relevant int      `json:"relevant"`
	}
	out := map[string][]query{}
	for _, name := range dataset.Names() {
		set, err := dataset.Load(data, name)
		if err != nil {
			return err
		}
		for _, q := range collect.Candidates(set, 1).Queries {
			j := query{Text: q.Text, Judged: q.Judged, Relevant: q.Relevant}
			for _, h := range q.Candidates {
				j.Docs = append(j.Docs, set.Documents[h.Document].Text)
			}
			out[name] = append(out[name], j)
		}
	}
	encoded, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return os.WriteFile(path, encoded, 0o600)
}

// reference is testdata/reference.json, made by reference.py.
type reference struct {
	Versions map[string]string  `json:"versions"`
	NDCG10   map[string]float64 `json:"ndcg10"`
	MRR10    map[string]float64 `json:"mrr10"`
}

func readReference(root string) (reference, error) {
	var r reference
	data, err := os.ReadFile(filepath.Join(root, "test/quality/testdata/reference.json"))
	if errors.Is(err, os.ErrNotExist) {
		return r, fmt.Errorf("%w: make it with test/quality/reference.py", err)
	} else if err != nil {
		return r, err
	}
	return r, json.Unmarshal(data, &r)
}
