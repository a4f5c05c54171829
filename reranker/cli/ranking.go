// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// ranking is an answer to print.
type ranking struct {
	documents        []string
	response         rerank.Response // whole: it tells of documents that are not shown, too
	topK             int             // results to show; 0: all
	model            string
	loading, ranking time.Duration
}

// shown are the results to print.
func (r ranking) shown() []rerank.Result {
	if r.topK > 0 {
		return r.response.Results[:r.topK]
	}
	return r.response.Results
}

// width is how much of a document fits into a line of the table.
const width = 72

func (r ranking) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RANK\tSCORE\tCLASSICAL\tQUANTUM\tINDEX\tDOCUMENT")
	for i, res := range r.shown() {
		fmt.Fprintf(w, "%d\t%.4f\t%s\t%s\t%d\t%s%s\n", i+1, res.Score, part(res.Classical), part(res.Quantum),
			res.Index, shorten(r.documents[res.Index], width), remarks(res))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	p := r.response
	fmt.Fprintf(out, "\n%s by %s: %d documents, %d tokens, ranked in %v (model loaded in %v)\n",
		p.MethodUsed, r.model, len(r.documents), p.QueryTokens+p.DocumentTokens,
		r.ranking.Round(time.Millisecond), r.loading.Round(time.Millisecond))
	for _, warning := range r.warnings() {
		fmt.Fprintf(out, "Note: %s\n", warning)
	}
	if p.MethodUsed != p.MethodRequested {
		fmt.Fprintf(out, "Note: %s was asked for and %s used (%s)\n", p.MethodRequested, p.MethodUsed, p.DegradedReason)
	}
	return nil
}

func (r ranking) warnings() []string {
	if left := r.response.LeftOut(); left != "" {
		return append(slices.Clip(r.response.Warnings), left)
	}
	return r.response.Warnings
}

func part(score *float64) string {
	if score == nil {
		return "-"
	}
	return fmt.Sprintf("%.4f", *score)
}

func remarks(r rerank.Result) string {
	text := ""
	if r.Truncated {
		text += " [cut]"
	}
	if r.Stage == rerank.StagePrior {
		text += " [not scored]"
	}
	return text
}

// shorten makes one line of at most n characters that a terminal can show.
func shorten(text string, n int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return ' ' // those turn the rest of a line round, or end it
		}
		return r
	}, text)
	if utf8.RuneCountInString(clean) <= n {
		return clean
	}
	return string([]rune(clean)[:n-1]) + "…"
}

// printed is the JSON form, with the members of the HTTP answer.
type printed struct {
	Model            string          `json:"model"`
	Method           string          `json:"method"`
	MethodUsed       string          `json:"method_used"`
	Degraded         bool            `json:"degraded"`
	DegradedReason   string          `json:"degraded_reason,omitempty"`
	ScoredDocuments  int             `json:"scored_documents"`
	Results          []printedResult `json:"results"`
	Tokens           int             `json:"tokens"`
	ProcessingTimeMs float64         `json:"processing_time_ms"`
	Warnings         []string        `json:"warnings,omitempty"`
}

type printedResult struct {
	Index          int      `json:"index"`
	RelevanceScore float64  `json:"relevance_score"`
	Classical      *float64 `json:"classical_score,omitempty"`
	Quantum        *float64 `json:"quantum_score,omitempty"`
	Truncated      bool     `json:"truncated,omitempty"`
	Stage          string   `json:"stage"`
	Document       string   `json:"document"`
}

func (r ranking) json(out io.Writer) error {
	p := r.response
	body := printed{
		Model: r.model, Method: string(p.MethodRequested), MethodUsed: string(p.MethodUsed),
		Degraded: p.Degraded, DegradedReason: p.DegradedReason, ScoredDocuments: p.ScoredDocuments,
		Results: make([]printedResult, len(r.shown())), Tokens: p.QueryTokens + p.DocumentTokens,
		ProcessingTimeMs: float64(r.ranking.Microseconds()) / 1000, Warnings: r.warnings(),
	}
	for i, res := range r.shown() {
		body.Results[i] = printedResult{
			res.Index, res.Score, res.Classical, res.Quantum, res.Truncated, string(res.Stage), r.documents[res.Index],
		}
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(body)
}
