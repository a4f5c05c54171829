// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
)

// times are the budgets in the words of a caller, on cores cores.
var times = []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond}

const (
	cores = 2
	// working is the share of a request's time in which documents are encoded;
	// the rest is for reading, the query, scoring and answering.
	working = 0.9
)

// documents is how many documents are encoded in d.
func (m *measured) documents(d time.Duration) int {
	return int(working * float64(d) * cores / float64(m.perDocument))
}

// at is the nDCG@10 of an order at a number of documents, between the measured
// ones in a straight line, and at the least below them.
func (m *measured) at(order, documents int) float64 {
	row := m.ndcg[order]
	for i, b := range budgets {
		switch {
		case documents > b:
		case i == 0 || documents == b:
			return row[i]
		default:
			share := float64(documents-budgets[i-1]) / float64(b-budgets[i-1])
			return row[i-1] + share*(row[i]-row[i-1])
		}
	}
	return row[len(row)-1]
}

// enough is the least measured budget at which an order loses no more than loss.
func (m *measured) enough(order int) int {
	row := m.ndcg[order]
	least := budgets[len(budgets)-1]
	for i := len(row) - 1; i >= 0 && row[i] >= row[len(row)-1]-loss; i-- {
		least = budgets[i]
	}
	return least
}

// machineLoad is the machine's load average: others' work makes processor time
// longer as well, because two threads share a core.
func machineLoad() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return string(bytes.Join(bytes.Fields(data)[:3], []byte(" ")))
}

func render(info engine.Info, sets []measured) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# What a rerank loses when time is short

Written by `+"`make quality-budget`"+` with model %s, kernel %s. nDCG@10 over the best 100 of BM25, hybrid, as a function of
how many of them are encoded; the most promising ones are encoded first and the others rank below them by the same guess.
The guess comes from the words of the request; from those and static embeddings, which is what a pod does whose model has
a table of them; from scores that the caller sends along, which also become a part of the score; or from those and static
embeddings. Loss is against the same with all documents encoded.

The budget is counted in documents, so that the curves depend on nothing but the texts. Where the times lie on them does
depend on the machine: they follow from the processor time of this run, when the machine's load was %s.

![nDCG@10 as a function of the documents that are encoded](quality-budget.svg)
`, info.Model, info.Kernel, machineLoad())
	for i := range sets {
		sets[i].render(&b)
	}
	return b.Bytes()
}

func (m *measured) render(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n%d queries. One document took %.1f ms of processor time in this run; on %d idle cores, with nine tenths of the time for encoding, the budgets are:\n\n",
		m.name, m.queries, m.perDocument.Seconds()*1000, cores)
	fmt.Fprint(b, "| guess by |")
	for _, t := range times {
		fmt.Fprintf(b, " %d ms (%d documents) |", t.Milliseconds(), min(m.documents(t), 100))
	}
	fmt.Fprint(b, " unlimited | documents for a loss of at most 0.01 |\n|---|")
	for range len(times) + 2 {
		fmt.Fprint(b, "---|")
	}
	fmt.Fprintln(b)
	for o := range orders {
		all := m.ndcg[o][len(budgets)-1]
		fmt.Fprintf(b, "| %s |", orders[o].name)
		for _, t := range times {
			x := m.at(o, m.documents(t))
			fmt.Fprintf(b, " %.4f (%+.4f) |", x, x-all)
		}
		fmt.Fprintf(b, " %.4f | %d |\n", all, m.enough(o))
	}
	fmt.Fprint(b, "\nDifference from all 100 encoded, by documents encoded:\n\n| guess by |")
	for _, n := range budgets {
		fmt.Fprintf(b, " %d |", n)
	}
	fmt.Fprint(b, "\n|---|")
	for range budgets {
		fmt.Fprint(b, "---|")
	}
	fmt.Fprintln(b)
	for o, row := range m.ndcg {
		fmt.Fprintf(b, "| %s |", orders[o].name)
		for _, x := range row {
			fmt.Fprintf(b, " %+.4f |", x-row[len(row)-1])
		}
		fmt.Fprintln(b)
	}
}
