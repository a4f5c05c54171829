// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func (c *command) similarity() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "similarity TEXT TEXT...",
		Short:   "Print how similar a text is to others, by every method",
		Example: `  reranker similarity "a loaf of bread" "baked flour" "a racing bicycle"`,
		Args:    arguments(cobra.MinimumNArgs(2)),
		RunE:    c.runSimilarity,
	}
	addFlags(cmd, "model", "model-sha256", "threads", "kernel", "precision", "memory-limit")
	addFlags(cmd, methodFlags("prior-weight", "fusion", "diversify")...) // those are about lists
	return cmd
}

func (c *command) runSimilarity(cmd *cobra.Command, texts []string) error {
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			return usageError{fmt.Errorf("text %d is empty", i+1)}
		}
	}
	cfg, _, err := load(cmd)
	if err != nil {
		return err
	}
	cfg.Settings.Method = contract.MethodClassical // every model has it; the others are asked for by name
	p, err := assemble(cmd.Context(), cfg, nil, commandLine, newProgress(c.Err).step)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	names := method.Names()
	if p.info.CrossEncoder {
		names = names[:1]
	}
	byMethod := map[method.Name][]rerank.Result{}
	for _, m := range names {
		resp, err := p.ranker.Similarity(cmd.Context(), rerank.SimilarityRequest{Pairs: rerank.OneToMany(texts[0], texts[1:]), Method: m})
		if err != nil {
			return err
		}
		if resp.MethodUsed != m {
			return errors.New("the quantum path failed; see the log")
		}
		byMethod[m] = resp.Scores
	}
	for _, m := range names {
		fmt.Fprintf(c.Out, "%9s  ", strings.ToUpper(string(m)))
	}
	fmt.Fprintln(c.Out, "TEXT")
	for i, t := range texts[1:] {
		for _, m := range names {
			fmt.Fprintf(c.Out, "%9.4f  ", byMethod[m][i].Score)
		}
		if _, err := fmt.Fprintln(c.Out, shorten(t, width)); err != nil {
			return err
		}
	}
	return nil
}
