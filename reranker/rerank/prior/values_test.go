// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package prior_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quantumrerank/quantumrerank/reranker/rerank/prior"
)

func TestStaticEmbeddingsAreMixedWithOneOther(t *testing.T) {
	words, static, caller := []float64{0.2, 0, 0.1}, []float64{-0.5, 0.25, 0.75}, []float64{0, 1, math.NaN()}
	for name, tc := range map[string]struct {
		sources prior.Sources
		want    []float64
	}{
		"with words":      {prior.Sources{Words: words, Static: static}, []float64{0.7, 0.3 / 3, 0.3 + 0.35}},
		"with a caller":   {prior.Sources{Words: words, Static: static, Caller: caller}, []float64{0, 0.5/3 + 0.5, 0.5}},
		"with level ones": {prior.Sources{Words: []float64{1, 1, 1}, Static: static}, []float64{0, 0.1, 0.3}},
		"from another low": {
			prior.Sources{Words: []float64{0.5, 1, 0.75}, Static: []float64{0.5, 0.5, 0.5}}, []float64{0, 0.7, 0.35},
		},
	} {
		if diff := cmp.Diff(tc.want, prior.Combine(tc.sources), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestBM25OfSeveralTermsAndLengths(t *testing.T) {
	idf := func(having float64) float64 { return math.Log(1 + (3-having+0.5)/(having+0.5)) }
	bread, box := idf(2), idf(1)
	bound := (bread + box) * 2.2
	part := func(idf, n, length float64) float64 {
		return idf * n * 2.2 / (n + 1.2*(0.25+0.75*length/2)) / bound
	}
	want := []float64{part(bread, 2, 3) + part(box, 1, 3), part(bread, 1, 2), 0}
	got := prior.Scores("bread box bread", []string{"bread bread box", "bread stone", "stone"})
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
	for _, query := range []string{"", "..."} {
		if diff := cmp.Diff([]float64{0, 0}, prior.Scores(query, []string{"bread", "stone"})); diff != "" {
			t.Errorf("scores of %q (-want +got):\n%s", query, diff)
		}
	}
}

func TestWordsEndWhereTheScriptSays(t *testing.T) {
	for name, tc := range map[string]struct {
		query, document string
		same            bool
	}{
		"an emoji ends a word":            {"bread", "bread🍞stone", true},
		"a broken character ends a word":  {"bread", "bread\xffstone", true},
		"a dash ends a word":              {"bread", "bread—stone", true},
		"a letter with a mark":            {"naïve", "NAÏVE", true},
		"a mark of its own belongs to it": {"cafe", "cafe\u0301", false},
		"digits count":                    {"2024", "year 2024", true},
		"other digits count":              {"٣٤", "٣٤", true},
		"digits do not end a word":        {"b", "b2", false},
		"Thai has no spaces":              {"ก", "ขก", true},
		"the last of Thai":                {"\u0e5b", "ข\u0e5b", true},
		"hiragana has none":               {"あ", "かあ", true},
		"the first of hiragana":           {"\u3041", "か\u3041", true},
		"the last of katakana":            {"\u30ff", "か\u30ff", true},
		"rare Chinese":                    {"\u3400", "天\u3400", true},
		"the last of rare Chinese":        {"\u4dbf", "天\u4dbf", true},
		"the first of Chinese":            {"一", "天一", true},
		"the last of Chinese":             {"\u9fff", "天\u9fff", true},
		"Chinese for compatibility":       {"\uf900", "天\uf900", true},
		"its last":                        {"\ufad9", "天\ufad9", true},
		"Chinese beyond the first plane":  {"𠀀", "天𠀀", true},
		"Chinese beside latin":            {"bread", "天bread天", true},
		"Korean has spaces":               {"가", "나가", false},
		"Cyrillic has spaces":             {"х", "ах", false},
		"a plural":                        {"loaf", "loafs", true},
		"no plural of three letters":      {"ga", "gas", false},
		"no plural in ss":                 {"glas", "glass", false},
		"no plural in us":                 {"viru", "virus", false},
		"no plural in is":                 {"basi", "basis", false},
	} {
		got := prior.Scores(tc.query, []string{tc.document, "-"})
		if (got[0] > 0) != tc.same {
			t.Errorf("%s: %q in %q scores %v", name, tc.query, tc.document, got[0])
		}
	}
}

func TestALongQueryIsReadUpToItsBounds(t *testing.T) {
	far := strings.Repeat("-", 4096)
	if got := prior.Scores(far+"bread", []string{"bread", "-"}); got[0] != 0 {
		t.Errorf("a word beyond the window counts %v", got[0])
	}
	if got := prior.Scores(far[5:]+"bread", []string{"bread", "-"}); got[0] == 0 {
		t.Error("the last word of the window does not count")
	}
}
