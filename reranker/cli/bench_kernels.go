// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine/speed"
)

func (c *command) benchKernels() *cobra.Command {
	var each time.Duration
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "kernels",
		Short: "Measure what this processor multiplies and what the engine reaches of it",
		Long: `Measure, on one thread, what this processor multiplies at its best and what the
engine's matrix products reach of it, for every kernel that it can run. Needs no
server and no model.`,
		Example: `  reranker bench kernels`,
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if each <= 0 {
				return usageError{fmt.Errorf("--each is %v, want more than 0", each)}
			}
			all := speed.Kernels(cmd.Context(), each)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if len(all) == 0 {
				return errors.New("this processor, or this build, has plain Go kernels only, which have no peak to be compared with")
			}
			if asJSON {
				out := json.NewEncoder(c.Out)
				out.SetIndent("", "  ")
				return out.Encode(all)
			}
			w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(w, "KERNEL\tPRECISION\tPEAK Gop/s\tREACHED Gop/s\tSHARE\t")
			for _, m := range all {
				fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%.0f %%\t\n", m.Kernel, m.Precision, m.Peak/1e9, m.Reached/1e9, 100*m.Share())
			}
			return w.Flush()
		},
	}
	cmd.Flags().DurationVar(&each, "each", time.Second, "how long to measure each kernel and precision")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
