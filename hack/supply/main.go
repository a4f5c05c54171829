// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Supply tells what the product is made of.
//
//	supply dependencies [-check]                   modules and licences of each binary
//	supply index -o DIR LAYOUT...                  one OCI layout for several processors
//	supply provenance -commit ID FILE...           an in-toto statement about files
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "supply:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want dependencies, index or provenance")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	switch args[0] {
	case "dependencies":
		check := f.Bool("check", false, "fail if the lists are not what is linked")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return dependencies(ctx, *check)
	case "index":
		out := f.String("o", "", "directory of the layout to write")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return index(*out, f.Args())
	case "provenance":
		commit := f.String("commit", "", "the commit that the files were built from")
		if err := f.Parse(args[1:]); err != nil {
			return err
		}
		return provenance(os.Stdout, *commit, f.Args())
	}
	return fmt.Errorf("%q is no command: want dependencies, index or provenance", args[0])
}
