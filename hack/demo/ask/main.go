// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Ask sends the sample of a directory to a rerank server and prints the ranked
// documents as a table: what `make demo` shows.
//
//	go run ./hack/demo/ask --url http://127.0.0.1:8000 --sample test/sample
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	url := flag.String("url", "http://127.0.0.1:8000", "`address` of the server")
	dir := flag.String("sample", "test/sample", "`directory` with documents.txt and queries.json")
	queries := flag.Int("queries", 3, "how many of the queries to send")
	top := flag.Int("top", 3, "how many documents to print for each")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, os.Stdout, *url, *dir, *queries, *top); err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
}

// run prints a table for each query. A query whose best document is not one of
// those that the sample calls best is an error: the demo would be a lie.
func run(ctx context.Context, out io.Writer, url, dir string, queries, top int) error {
	sample, err := readSample(dir)
	if err != nil {
		return err
	}
	asker := asker{client: &http.Client{}, url: url}
	wrong := 0
	for _, query := range sample.Queries[:min(queries, len(sample.Queries))] {
		answer, elapsed, err := asker.rerank(ctx, query.Text, sample.Documents)
		if err != nil {
			return err
		}
		if err := printAnswer(out, query, sample.Documents, answer, elapsed, top); err != nil {
			return err
		}
		// An answer that says that it is incomplete may be wrong.
		if !answer.Degraded && !query.isBest(answer.Results[0].Index) {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d queries have a document on top that does not answer them", wrong)
	}
	return nil
}
