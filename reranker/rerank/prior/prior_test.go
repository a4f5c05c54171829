// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package prior_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/rerank/prior"
)

func TestDocumentsWithTheQuerysRareWordsComeFirst(t *testing.T) {
	documents := []string{
		"the weather in the mountains",
		"the telescopes of the observatory",
		"a telescope and the weather",
		"nothing of it",
	}
	got := prior.Scores("the telescope and the weather", documents)
	if !(got[2] > got[1] && got[1] > got[3] && got[2] > got[0]) {
		t.Errorf("priors %v", got)
	}
	if got[3] != 0 {
		t.Errorf("a document without any word of the query has %v", got[3])
	}
}

func TestValueIsTheFormulas(t *testing.T) {
	// One term in one of two documents of one word: f=1, len=mean, n=1, N=2.
	idf := math.Log(1 + (2-1+0.5)/(1+0.5))
	want := idf * 2.2 / (1 + 1.2) / (idf * 2.2)
	if got := prior.Scores("bread", []string{"bread", "stone"}); math.Abs(got[0]-want) > 1e-12 || got[1] != 0 {
		t.Errorf("got %v, want %v and 0", got, want)
	}
}

func TestWordsOfEveryScriptCount(t *testing.T) {
	tests := map[string]struct{ query, document string }{
		"case":      {"Bread", "bREAD"},
		"plural":    {"bicycles", "a bicycle"},
		"cyrillic":  {"Хлеб", "хлеб"},
		"no spaces": {"望遠鏡", "天体望遠鏡の使い方"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if got := prior.Scores(tc.query, []string{tc.document, "-"}); got[0] <= 0 || got[1] != 0 {
				t.Errorf("priors %v", got)
			}
		})
	}
}

func FuzzScoresStayInRange(f *testing.F) {
	f.Add("how to bake bread", "bread is baked\nin an oven\n")
	f.Add("", "")
	f.Add("\xff\x00", strings.Repeat("a ", 5000))
	f.Fuzz(func(t *testing.T, query, documents string) {
		list := strings.Split(documents, "\n")
		got := prior.Scores(query, list)
		if len(got) != len(list) {
			t.Fatalf("%d priors of %d documents", len(got), len(list))
		}
		for i, p := range got {
			if !(p >= 0 && p <= 1) {
				t.Errorf("document %d has prior %v", i, p)
			}
		}
	})
}

func BenchmarkScores(b *testing.B) {
	for name, text := range map[string]string{
		"english": strings.Repeat("some words of an ordinary document ", 16), "long": strings.Repeat("a longer one ", 4000),
		"chinese": strings.Repeat("望遠鏡", 200), "pictographs": strings.Repeat("😀", 4000),
	} {
		for _, n := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				documents := slices.Repeat([]string{text}, n)
				b.ReportAllocs()
				for b.Loop() {
					prior.Scores("ordinary words for a query", documents)
				}
			})
		}
	}
}
