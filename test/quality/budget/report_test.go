// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

// sample loses 0.05, 0.02, 0.005, ... by the number of documents.
func sample() measured {
	m := measured{name: "sample", queries: 3, perDocument: 18 * time.Millisecond}
	for range orders {
		row := make([]float64, len(budgets))
		for i := range row {
			row[i] = 0.5 - 0.05/float64(i*i+1)
		}
		row[len(row)-1] = 0.5
		m.ndcg = append(m.ndcg, row)
	}
	return m
}

func TestBudgetsInTimeFollowFromTheProcessorTime(t *testing.T) {
	m := sample()
	if got := m.documents(100 * time.Millisecond); got != 10 {
		t.Errorf("100 ms are %d documents of 18 ms on two cores, want 10", got)
	}
	if got, want := m.at(0, 12), 0.5-0.025+0.4*(0.025-0.01); math.Abs(got-want) > 1e-12 {
		t.Errorf("between 10 and 15: %v, want %v", got, want)
	}
	if got := m.at(0, 1000); got != 0.5 {
		t.Errorf("all and more: %v", got)
	}
	if got := m.enough(0); got != 15 {
		t.Errorf("%d documents are enough, want 15", got)
	}
}

func TestReportAndPlotAreWhole(t *testing.T) {
	sets := []measured{sample(), sample()}
	page := string(render(engine.Info{Model: "m", Kernel: "k"}, sets))
	for _, want := range []string{"500 ms (50 documents)", "| words and static embeddings |", "quality-budget.svg"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the report", want)
		}
	}
	lines := 0
	for d := xml.NewDecoder(bytes.NewReader(plot(sets))); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "polyline" {
			lines++
		}
	}
	if lines != 2*len(orders) {
		t.Errorf("%d curves, want %d", lines, 2*len(orders))
	}
}
