// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate"
	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate/samples"
)

type calibration struct {
	queries, documents, run, qrels string
	output                         string
	states                         []string
}

func (c *command) calibrate() *cobra.Command {
	var o calibration
	cmd := &cobra.Command{
		Use:   "calibrate [FILE.jsonl...]",
		Short: "Measure a model's calibration on labelled data",
		Long: `Measure on labelled data how far the parts of the hybrid method are spread,
write it beside the model as calibration.json, and print how well each method
ranks with it. A server reads the file when it starts. Without one it uses the
figures of the model if it is a known one, or those of models like it.

A FILE holds one query a line:
  {"query": "...", "documents": ["...", "..."], "labels": [1, 0], "priors": [9.1, 7.5]}
priors, the scores of a first stage, may be absent. Several files count the same
whatever their sizes. With --queries, --documents, --run and --qrels the data are
read in the form of TREC and MS MARCO instead. The same data, model and flags give
the same file. All texts of a file are held in memory, with their tokens' vectors
for the states overlap and fidelity.`,
		Example: `  reranker calibrate --model models/mine judged.jsonl
  reranker calibrate --model models/mine --queries q.tsv --documents d.tsv --run bm25.run --qrels qrels.txt`,
		Args: arguments(func(_ *cobra.Command, files []string) error { return o.check(files) }),
		RunE: func(cmd *cobra.Command, files []string) error { return c.runCalibrate(cmd, o, files) },
	}
	f := cmd.Flags()
	f.StringVar(&o.queries, "queries", "", "queries: identifier, tab, text")
	f.StringVar(&o.documents, "documents", "", "documents: identifier, tab, text")
	f.StringVar(&o.run, "run", "", "candidates: query Q0 document rank score tag")
	f.StringVar(&o.qrels, "qrels", "", "judgements: query 0 document grade")
	f.StringVar(&o.output, "output", "", "where to write; default: calibration.json in the model's directory")
	f.StringSliceVar(&o.states, "states", []string{"mixed", "pure", "overlap", "fidelity"}, "states of the quantum method to measure; the first is the one that is judged")
	addFlags(cmd, "model", "threads", "kernel", "precision", "quantum-rank", "token-weights")
	return cmd
}

func (o *calibration) trec() []string { return []string{o.queries, o.documents, o.run, o.qrels} }

func (o *calibration) check(files []string) error {
	given := 0
	for _, name := range o.trec() {
		if name != "" {
			given++
		}
	}
	switch {
	case given != 0 && given != 4:
		return errors.New("--queries, --documents, --run and --qrels belong together")
	case given == 0 && len(files) == 0:
		return errors.New("no labelled data: name a file, or --queries, --documents, --run and --qrels")
	case given != 0 && len(files) != 0:
		return errors.New("data in one form only: files, or --queries and the others")
	case len(o.states) == 0:
		return errors.New("--states is empty")
	}
	for _, state := range o.states { // before the first one is measured, which may take long
		if state == "" {
			return errors.New("--states has an empty name")
		}
		if _, err := method.NewScorer(method.Options{Quantum: method.QuantumOptions{State: method.State(state)}}); err != nil {
			return fmt.Errorf("--states: %w", err)
		}
	}
	return nil
}

func (c *command) runCalibrate(cmd *cobra.Command, o calibration, files []string) error {
	cfg, _, err := load(cmd)
	if err != nil {
		return err
	}
	sets, err := o.read(files)
	if err != nil {
		return usageError{err}
	}
	progress := newProgress(c.Err)
	progress.step("loading the model")
	eng, err := openEngine(cfg)
	if err != nil {
		return err
	}
	defer eng.Close()
	info := eng.Info()
	if info.CrossEncoder {
		return modelError{fmt.Errorf("%s is a cross-encoder, which has a classical score alone and nothing to calibrate", cfg.Settings.Model.Dir)}
	}
	out := calibrate.File{Version: 1, Model: info.Digest, States: map[method.State]method.Calibration{}}
	for _, s := range sets {
		out.Data = append(out.Data, s.data())
	}
	for i, state := range o.states {
		progress.step("measuring state " + state)
		cal, err := c.measure(cmd.Context(), eng, cfg, method.State(state), sets, i == 0)
		if err != nil {
			return err
		}
		out.States[method.State(state)] = cal
	}
	text, err := out.Encode()
	if err != nil {
		return err
	}
	if o.output == "" {
		o.output = filepath.Join(cfg.Settings.Model.Dir, calibrate.FileName)
	}
	if err := os.WriteFile(o.output, text, 0o644); err != nil { //nolint:gosec // as readable as the model beside it
		return err
	}
	_, err = fmt.Fprintf(c.Out, "Wrote %s.\n", o.output)
	return err
}

// labelled is one collection.
type labelled struct {
	name    string
	sum     string
	samples []samples.Sample
}

func (l labelled) data() calibrate.Data {
	d := calibrate.Data{SHA256: l.sum, Queries: len(l.samples)}
	for _, s := range l.samples {
		d.Pairs += len(s.Documents)
	}
	return d
}

// read reads all data, of which there is enough memory for the vectors, too.
func (o *calibration) read(files []string) ([]labelled, error) {
	if o.run != "" {
		var readers [4]io.Reader
		h := sha256.New()
		for i, name := range o.trec() {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			h.Write(data)
			readers[i] = bytes.NewReader(data)
		}
		all, err := samples.ReadTREC(samples.TREC{Queries: readers[0], Documents: readers[1], Run: readers[2], Qrels: readers[3]})
		return []labelled{{filepath.Base(o.run), digestOf(h.Sum(nil)), all}}, err
	}
	var sets []labelled
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		all, err := samples.ReadJSONL(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sum := sha256.Sum256(data)
		sets = append(sets, labelled{filepath.Base(name), digestOf(sum[:]), all})
	}
	return sets, nil
}

func digestOf(sum []byte) string { return "sha256:" + hex.EncodeToString(sum) }

// measure returns the calibration of one state, and prints how well the methods
// rank with it where that is asked for.
func (c *command) measure(ctx context.Context, eng *engine.Engine, cfg config.Config, state method.State, sets []labelled, judge bool) (method.Calibration, error) {
	opt := method.Options{
		Quantum:     method.QuantumOptions{State: state, Rank: cfg.Settings.Quantum.Rank, Weights: method.Weighting(cfg.Settings.Quantum.Weights)},
		ModelDigest: eng.Info().Digest, Vocabulary: eng.Vocabulary(),
	}
	scorer, err := method.NewScorer(opt)
	if err != nil {
		return method.Calibration{}, usageError{err}
	}
	all := make([][]calibrate.Pool, len(sets))
	each := make([]method.Calibration, len(sets))
	for i, set := range sets {
		if all[i], err = pools(ctx, eng, scorer, set.samples); err == nil {
			each[i], err = calibrate.Spread(scorer, all[i])
		}
		if err != nil {
			return method.Calibration{}, fmt.Errorf("%s: %w", set.name, err)
		}
	}
	cal := calibrate.Round(calibrate.Mean(each))
	if !judge {
		return cal, nil
	}
	opt.Calibration = &cal
	if scorer, err = method.NewScorer(opt); err != nil {
		return method.Calibration{}, err
	}
	for i, set := range sets {
		if err := printQuality(c.Out, set, scorer, all[i]); err != nil {
			return method.Calibration{}, err
		}
	}
	return cal, nil
}
