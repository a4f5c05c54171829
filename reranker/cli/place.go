// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
)

// modelPlaces are where a model is looked for when none is named: the image's,
// the one of a checkout, the one that "model pull" fetched.
func modelPlaces() []string {
	name := filepath.Base(contract.BundledModelDir)
	return []string{contract.BundledModelDir, filepath.Join("bin", "models", name), pulledModel()}
}

// pulledModel is where "model pull" puts the default model.
func pulledModel() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "quantumrerank", "models", filepath.Base(contract.BundledModelDir))
}

// findModel returns the first place that has a model, or the first place of
// all, where its absence will be reported.
func findModel() string {
	for _, dir := range modelPlaces() {
		if _, err := os.Stat(filepath.Join(dir, model.ConfigFile)); err == nil {
			return dir
		}
	}
	return contract.BundledModelDir
}

// missing explains where a model was looked for and how to get one.
func missing(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, model.ConfigFile)); err == nil {
		return fmt.Errorf("%w in %s: it has %s, but neither %s, with all weights in one file, nor %s",
			errNoModel, dir, model.ConfigFile, model.WeightsFile, engine.PreparedFile)
	}
	if dir == contract.BundledModelDir {
		return fmt.Errorf("%w in %s; fetch the default one with \"reranker model pull\" or name a directory with --model",
			errNoModel, strings.Join(modelPlaces(), ", "))
	}
	return fmt.Errorf("%w in %s; fetch the default one with \"reranker model pull --output %s\"", errNoModel, dir, dir)
}
