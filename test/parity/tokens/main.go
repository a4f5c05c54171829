// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command tokens reads one JSON string per line and writes the token ids of
// each as one JSON array per line. fuzz_tokens.py compares them with the
// reference tokenizer's.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

func main() {
	path := flag.String("tokenizer", "", "path of tokenizer.json")
	reference := flag.Bool("reference", false, "take special tokens in the text for special tokens")
	limit := flag.Int("max", 0, "most tokens of a line; 0 for no limit")
	flag.Parse()
	if err := run(*path, *reference, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "tokens:", err)
		os.Exit(1)
	}
}

func run(path string, reference bool, limit int) error {
	t, err := tokenizer.Load(path)
	if err != nil {
		return err
	}
	if reference {
		if t, err = t.WithSpecialTokens(tokenizer.AsReference); err != nil {
			return err
		}
	}
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	enc := json.NewEncoder(out)
	var ids []int32
	for in.More() {
		var line string
		if err := in.Decode(&line); err != nil {
			return err
		}
		ids, _ = t.Encode(ids[:0], line, limit)
		if err := enc.Encode(ids); err != nil {
			return err
		}
	}
	return out.Flush()
}
