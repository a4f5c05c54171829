// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// answer is what the table needs of a response.
type answer struct {
	MethodUsed string `json:"method_used"`
	Degraded   bool   `json:"degraded"`
	Results    []struct {
		Index int     `json:"index"`
		Score float64 `json:"relevance_score"`
	} `json:"results"`
}

type asker struct {
	client *http.Client
	url    string
}

func (a asker) rerank(ctx context.Context, query string, documents []string) (answer, time.Duration, error) {
	body, err := json.Marshal(map[string]any{"query": query, "documents": documents})
	if err != nil {
		return answer{}, 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost,
		strings.TrimSuffix(a.url, "/")+contract.PathRerank, bytes.NewReader(body))
	if err != nil {
		return answer{}, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	begin := time.Now()
	response, err := a.client.Do(request)
	if err != nil {
		return answer{}, 0, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	elapsed := time.Since(begin)
	if err != nil {
		return answer{}, 0, fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return answer{}, 0, fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(content))
	}
	var got answer
	if err := json.Unmarshal(content, &got); err != nil {
		return answer{}, 0, fmt.Errorf("the answer is not JSON: %w", err)
	}
	return got, elapsed, check(got, len(documents))
}

// check refuses an answer that leaves documents out or names some that were
// never sent.
func check(got answer, documents int) error {
	if len(got.Results) != documents {
		return fmt.Errorf("%d documents were sent, %d are ranked", documents, len(got.Results))
	}
	seen := make([]bool, documents)
	for _, result := range got.Results {
		if result.Index < 0 || result.Index >= documents || seen[result.Index] {
			return fmt.Errorf("index %d is unknown or comes twice", result.Index)
		}
		seen[result.Index] = true
	}
	return nil
}

func printAnswer(out io.Writer, query query, documents []string, got answer, elapsed time.Duration, top int) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\n  %s\n", query.Text)
	for rank, result := range got.Results[:min(top, len(got.Results))] {
		fmt.Fprintf(&text, "  %3d.  %.4f  [%d] %s\n", rank+1, result.Score, result.Index, shorten(documents[result.Index], 90))
	}
	note := ""
	if got.Degraded {
		note = ", degraded"
	}
	fmt.Fprintf(&text, "        %s, %d documents, %s%s\n", got.MethodUsed, len(documents), elapsed.Round(100*time.Microsecond), note)
	_, err := io.WriteString(out, text.String())
	return err
}

// shorten cuts a text to at most n characters.
func shorten(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
