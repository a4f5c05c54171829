// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/config"
)

func (c *command) config() *cobra.Command {
	var table bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print the settings that would be in force",
		Long: `Print the settings that would be in force, after flags, environment
(QUANTUMRERANK_...), settings file and defaults, in this order of precedence.
The JSON form is a settings file itself.`,
		Example: `  reranker config --sources
  QUANTUMRERANK_METHOD=classical reranker config > settings.json`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, origin, err := load(cmd)
			if err != nil {
				return err
			}
			if table {
				return c.printSources(cfg, origin)
			}
			out := json.NewEncoder(c.Out)
			out.SetIndent("", "  ")
			return out.Encode(cfg.Settings)
		},
	}
	cmd.Flags().String("config", "", "settings file (JSON) [$QUANTUMRERANK_CONFIG]")
	cmd.Flags().BoolVar(&table, "sources", false, "print a table with each value's source and its environment variable")
	addFlags(cmd)
	return cmd
}

func (c *command) printSources(cfg config.Config, origin config.Origin) error {
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tSOURCE\tFLAG\tENVIRONMENT")
	for _, f := range config.Fields() {
		name := f.Path
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(w, "%s\t%v\t%s\t--%s\t%s\n", name, f.Value(&cfg), origin[f.Name()], f.Flag, f.Env())
	}
	return w.Flush()
}
