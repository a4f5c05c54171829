// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command scaling measures how the engine's time grows with the tokens of a
// request, and what several clients at a time lose against one. It writes a picture
// and prints the fitted line.
//
//	go run ./test/bench/scaling                         # a minute
//	go run ./test/bench/scaling -out docs/scaling.svg   # with the picture
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

type options struct {
	model, kernel, out string
	rounds             int
}

func main() {
	var o options
	flag.StringVar(&o.model, "model", "bin/models/all-MiniLM-L6-v2", "directory of the model")
	flag.StringVar(&o.kernel, "kernel", "", "kernel set of the engine; empty is its own choice")
	flag.StringVar(&o.out, "out", "", "write the picture to this file")
	flag.IntVar(&o.rounds, "rounds", 9, "how often everything is measured, in turn")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "scaling:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.rounds < 1 {
		return fmt.Errorf("-rounds is %d, want at least 1", o.rounds)
	}
	e, err := engine.Open(o.model, engine.Options{Kernel: o.kernel})
	if err != nil {
		return err
	}
	defer e.Close()
	lengths, err := measureLengths(ctx, e, o.rounds)
	if err != nil {
		return err
	}
	clients, err := measureClients(ctx, e, o.rounds)
	if err != nil {
		return err
	}
	line := fit(lengths)
	report(os.Stdout, e.Info(), lengths, line, clients)
	if o.out == "" {
		return nil
	}
	return os.WriteFile(o.out, plot(e.Info(), lengths, line, clients), 0o644) //nolint:gosec // a picture for the documents
}
