// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/engine/kernel"
)

func (c *command) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what this CPU can run",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(c.Out, "reranker %s (%s, %s/%s)\nkernels: %v\n",
				c.version, runtime.Version(), runtime.GOOS, runtime.GOARCH, kernel.Names())
			return err
		},
	}
}
