// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/test/quality/dataset"
)

// loss is how much nDCG@10 an answer at the default target may lose.
const loss = 0.01

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := flag.String("root", ".", "root of the repository")
	model := flag.String("model", "bin/models/all-MiniLM-L6-v2", "directory of the model, relative to the root")
	every := flag.Int("every", 1, "take every n-th query only")
	flag.Parse()
	err := run(ctx, *root, filepath.Join(*root, *model), *every)
	if errors.Is(err, dataset.ErrAbsent) {
		fmt.Println("Skipped:", err)
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "budget:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, model string, every int) error {
	data, err := dataset.Root(root)
	if err != nil {
		return err
	}
	e, err := engine.Open(model, engine.Options{})
	if err != nil {
		return err
	}
	defer e.Close()
	if _, ok := e.StaticScores("a", []string{"b"}, nil); !ok {
		return fmt.Errorf("%s has no table of static embeddings: make it with `reranker model distill %[1]s`", model)
	}
	var sets []measured
	for _, name := range dataset.Names() {
		s, err := measure(ctx, e, data, name, every)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		sets = append(sets, s)
	}
	page := render(e.Info(), sets)
	fmt.Print(string(page))
	if every > 1 {
		return nil // a taste of it, not the report
	}
	if err := os.WriteFile(filepath.Join(root, "docs", "quality-budget.md"), page, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "quality-budget.svg"), plot(sets), 0o600)
}
