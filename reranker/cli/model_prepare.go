// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

func (c *command) modelPrepare() *cobra.Command {
	var anew bool
	cmd := &cobra.Command{
		Use:   "prepare [DIRECTORY]",
		Short: "Put a model's weights into the form in which they are used",
		Long: `Put a model's weights into the form in which they are used, ` + engine.PreparedFile + ` in its
directory: 16-bit integers, packed for the processor, with the compiled tokenizer,
under one checksum. The server maps the file instead of converting weights, and
starts in a quarter of the time. A directory with it needs no model.safetensors,
unless float32 is asked for; without that a start takes an eighth.

For precision int8 it also finds, with 16,000 tokens drawn from the vocabulary, which
8-bit integers lose least beside each other. That takes some ten seconds for a small
model.

A model whose scores 16-bit integers would change by more than the bound is
refused. The file is the same on all machines with AVX2.`,
		Example: `  reranker model prepare models/all-MiniLM-L6-v2`,
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: interruptible(func(cmd *cobra.Command, args []string) error {
			cfg, err := loadForModel(cmd, args)
			if err != nil {
				return err
			}
			return c.prepare(cmd.Context(), cfg.Settings.Model.Dir, anew)
		}),
	}
	addFlags(cmd, "model")
	cmd.Flags().BoolVar(&anew, "anew", false, "write the file even if one is there that fits")
	return cmd
}

// prepare prepares the weights in dir and says so.
func (c *command) prepare(ctx context.Context, dir string, anew bool) error {
	progress := newProgress(c.Err)
	path, fresh, err := engine.Prepare(ctx, dir, anew, func(done, total int) { progress.count("layers", done, total) })
	progress.end()
	if err != nil {
		return modelError{err}
	}
	info, err := os.Stat(path)
	if err != nil {
		return modelError{err}
	}
	what := "Prepared"
	if !fresh {
		what = "Prepared before"
	}
	_, err = fmt.Fprintf(c.Out, "%s: %s (%.1f MB)\n", what, path, float64(info.Size())/1e6)
	return err
}

// prepareIfFit is for models that may have no prepared form, which is no fault.
func (c *command) prepareIfFit(ctx context.Context, dir string) error {
	err := c.prepare(ctx, dir, false)
	if errors.Is(err, engine.ErrTooCoarse) {
		_, err = fmt.Fprintf(c.Out, "Not prepared: %v\n", err)
	}
	return err
}
