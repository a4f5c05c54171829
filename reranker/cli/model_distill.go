// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/static"
)

func (c *command) modelDistill() *cobra.Command {
	var anew bool
	cmd := &cobra.Command{
		Use:   "distill [DIRECTORY]",
		Short: "Make the table of static embeddings of a model",
		Long: `Make the table of static embeddings of a model, ` + static.FileName + ` in its directory:
every token of the vocabulary goes through the encoder once. With it the server
can look at documents in microseconds before it encodes the most promising ones.
It needs no data but the model, and takes some ten seconds for a small one.`,
		Example: `  reranker model distill models/all-MiniLM-L6-v2`,
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: interruptible(func(cmd *cobra.Command, args []string) error {
			cfg, err := loadForModel(cmd, args)
			if err != nil {
				return err
			}
			progress, dir := newProgress(c.Err), cfg.Settings.Model.Dir
			var one sync.Mutex // the engine calls from several goroutines
			start := time.Now()
			path, fresh, err := engine.Distill(cmd.Context(), dir, anew, engine.Options{
				Threads: cfg.Process.Threads, Kernel: cfg.Process.Kernel,
			}, func(done, total int) {
				one.Lock()
				defer one.Unlock()
				progress.count("tokens", done, total)
			})
			progress.end()
			if err != nil {
				return modelError{err}
			}
			if !fresh {
				_, err = fmt.Fprintf(c.Out, "Distilled before: %s\n", path)
				return err
			}
			_, err = fmt.Fprintf(c.Out, "Distilled: %s in %v\n", path, time.Since(start).Round(100*time.Millisecond))
			return err
		}),
	}
	addFlags(cmd, "model", "kernel", "threads")
	cmd.Flags().BoolVar(&anew, "anew", false, "make the table even if one is there that fits")
	return cmd
}
