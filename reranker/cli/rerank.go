// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// longestJob is the timeout of a command line, where nobody else waits.
const longestJob = time.Hour

// rerankFlags are the flags of the command that are not settings.
type rerankFlags struct {
	query  string
	topK   int
	json   bool
	format string
	within time.Duration
}

func (c *command) rerank() *cobra.Command {
	var f rerankFlags
	cmd := &cobra.Command{
		Use:   "rerank --query TEXT FILE...",
		Short: "Rank the documents of files by their relevance to a query",
		Long: `Rank the documents of files by their relevance to a query, without a server.

A file has one document a line; a file that ends in .jsonl has one JSON string
or object with a "text" a line. The file - is the standard input.`,
		Example: `  reranker rerank --query "how to bake bread" documents.txt
  reranker rerank --query "flat tyre" --method quantum --top-k 3 --json documents.jsonl
  grep -h . notes/*.txt | reranker rerank --query "invoices from May" -`,
		Args: arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return c.runRerank(cmd, f, args) },
	}
	cmd.Flags().StringVarP(&f.query, "query", "q", "", "what to look for (required)")
	cmd.Flags().IntVarP(&f.topK, "top-k", "k", 0, "print the best so many only (default all)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON")
	cmd.Flags().StringVar(&f.format, "format", formatAuto, "format of the files: auto, text or jsonl")
	cmd.Flags().DurationVar(&f.within, "within", 0, "answer within this time, leaving documents unscored if need be (default: take the time it takes)")
	addFlags(cmd, "method", "model", "model-sha256", "threads", "kernel", "precision", "memory-limit")
	addFlags(cmd, methodFlags("prior-weight")...) // documents of files bring no scores
	return cmd
}

func (f *rerankFlags) check() error {
	f.query = strings.TrimSpace(f.query)
	switch n := utf8.RuneCountInString(f.query); {
	case n == 0:
		return usageError{fmt.Errorf("--query is missing or empty")}
	case n > contract.MaxQueryCharacters:
		return usageError{fmt.Errorf("--query has %d characters, more than %d", n, contract.MaxQueryCharacters)}
	case f.topK < 0:
		return usageError{fmt.Errorf("--top-k is %d, want 1 or more", f.topK)}
	case f.within < 0:
		return usageError{fmt.Errorf("--within is %v, want a positive duration", f.within)}
	case !slices.Contains([]string{formatAuto, formatText, formatJSONL}, f.format):
		return usageError{fmt.Errorf("--format is %q, want auto, text or jsonl", f.format)}
	}
	return nil
}

func (c *command) runRerank(cmd *cobra.Command, f rerankFlags, files []string) error {
	if err := f.check(); err != nil {
		return err
	}
	cfg, _, err := load(cmd)
	if err != nil {
		return err
	}
	documents, err := readFiles(files, c.In, f.format)
	if err != nil {
		return err
	}
	if f.topK > len(documents) {
		return usageError{fmt.Errorf("--top-k is %d, but there are %d documents", f.topK, len(documents))}
	}
	started := time.Now()
	p, err := assemble(cmd.Context(), cfg, nil, commandLine, newProgress(c.Err).step)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	loaded := time.Since(started)
	req := rerank.Request{Query: f.query, Documents: documents, Method: method.Name(cfg.Settings.Method)}
	if f.within > 0 {
		req.Degradation, req.Deadline = rerank.OnDeadline, time.Now().Add(f.within)
	}
	resp, err := p.ranker.Rerank(cmd.Context(), req)
	if err != nil {
		return err
	}
	out := ranking{documents: documents, response: resp, topK: f.topK, model: cfg.Settings.Model.Name, loading: loaded, ranking: time.Since(started) - loaded}
	if f.json {
		return out.json(c.Out)
	}
	return out.table(c.Out)
}

// commandLine makes a ranker wait as long as it takes.
func commandLine(o *rerank.Options) {
	o.Degradation = rerank.Never
	o.Timeout, o.LongestWait = longestJob, longestJob
}
