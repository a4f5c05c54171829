// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/quantumrerank/quantumrerank/reranker/method/calibrate/samples"
	"github.com/quantumrerank/quantumrerank/test/quality/collect"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

// writePools writes each collection as a file of labelled data, from which
// `reranker calibrate` makes the constants of the default model again.
func writePools(data, folder string) error {
	for _, name := range dataset.Names() {
		set, err := dataset.Load(data, name)
		if err != nil {
			return err
		}
		var all []samples.Sample
		for _, q := range collect.Candidates(set, 1).Queries {
			s := samples.Sample{Query: q.Text, Judged: q.Judged, Relevant: q.Relevant}
			for _, h := range q.Candidates {
				s.Documents = append(s.Documents, set.Documents[h.Document].Text)
				s.Priors = append(s.Priors, h.Score)
			}
			all = append(all, s)
		}
		f, err := os.Create(filepath.Join(folder, name+".jsonl"))
		if err != nil {
			return err
		}
		if err := errors.Join(samples.WriteJSONL(f, all), f.Close()); err != nil {
			return err
		}
	}
	return nil
}
