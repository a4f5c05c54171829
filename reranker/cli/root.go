// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/config"
)

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs one command line and returns the exit status.
func Run(ctx context.Context, args []string, s Streams, version string) int {
	root := newRoot(s, version)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(s.Err, "Error: %v\n", err)
	return exitCode(err)
}

// command is what every command is made from.
type command struct {
	Streams
	version string
}

func newRoot(s Streams, version string) *cobra.Command {
	c := &command{Streams: s, version: version}
	root := &cobra.Command{
		Use:   "reranker",
		Short: "Rank documents by their relevance to a query, on CPUs",
		Long: `Rank documents by their relevance to a query, on CPUs.

The same binary serves in a pod, serves on a laptop, and ranks a file from the
command line. Every setting can be given as a flag, as an environment variable
(QUANTUMRERANK_...) or, for serve, in a settings file; see "reranker config".`,
		Example: `  reranker model pull
  reranker rerank --query "how to bake bread" documents.txt
  reranker serve`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version,
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
	})
	root.AddCommand(c.serve(), c.rerank(), c.similarity(), c.bench(), c.calibrate(), c.model(), c.config(), c.versionCommand())
	return root
}

// arguments makes cobra's complaints about the number of arguments usage errors.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())}
		}
		return nil
	}
}

// load merges settings file, environment and the command's flags, and fills in
// the defaults.
func load(cmd *cobra.Command) (config.Config, config.Origin, error) {
	in := config.Input{Flags: config.Given(cmd.Flags()), Environ: os.Environ()}
	if f := cmd.Flags().Lookup("config"); f != nil {
		in.File = f.Value.String()
	}
	if in.File == "" {
		in.File = os.Getenv(config.EnvPrefix + "CONFIG")
	}
	c, origin, err := config.Load(in)
	if err != nil {
		return config.Config{}, nil, usageError{err}
	}
	c.Process = config.EffectiveProcess(c.Process)
	if c.Settings.Model.Dir == "" {
		c.Settings.Model.Dir = findModel()
	}
	c.Settings = config.Effective(c.Settings)
	return c, origin, nil
}

// addFlags declares the flags of the named settings, or of all of them.
func addFlags(cmd *cobra.Command, names ...string) {
	if len(names) == 0 {
		config.AddFlags(cmd.Flags(), config.Fields()...)
		return
	}
	for _, name := range names {
		config.AddFlags(cmd.Flags(), field(name))
	}
}

// methodFlags returns the flags that configure the methods, but for some.
func methodFlags(but ...string) (names []string) {
	for _, f := range config.Fields() {
		section, _, _ := strings.Cut(f.Path, ".")
		if slices.Contains([]string{"quantum", "hybrid", "diversify"}, section) && !slices.Contains(but, f.Flag) {
			names = append(names, f.Flag)
		}
	}
	return names
}

func field(flag string) config.Field {
	for _, f := range config.Fields() {
		if f.Flag == flag {
			return f
		}
	}
	panic("BUG: no setting has the flag --" + flag)
}

var errNoModel = errors.New("no model was found")
