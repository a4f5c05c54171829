// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model/pull"
)

// from fixes the source of a pull.
func from(source string) func(context.Context, string, pull.Options) (pull.Result, error) {
	return func(ctx context.Context, output string, opt pull.Options) (pull.Result, error) {
		return pull.Pull(ctx, source, output, opt)
	}
}

// loadFor loads the settings of a command that takes the model's directory as
// an argument, too.
func loadFor(cmd *cobra.Command, args []string) (config.Config, error) {
	cfg, _, err := load(cmd)
	if err == nil && len(args) == 1 {
		cfg.Settings.Model.Dir = args[0]
	}
	return cfg, err
}

// loadForModel is loadFor for commands that need the model's weights to be
// there.
func loadForModel(cmd *cobra.Command, args []string) (config.Config, error) {
	cfg, err := loadFor(cmd, args)
	if err == nil {
		_, err = needOf(cfg.Settings)
	}
	return cfg, err
}
