// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command reranker serves and runs the reranker; see reranker --help.
package main

import (
	"context"
	"os"

	"github.com/quantumrerank/quantumrerank/reranker/cli"
)

// version is set by the linker.
var version = "dev"

func main() {
	os.Exit(cli.Run(context.Background(), os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, version))
}
