// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
)

// english is running text without a licence: ours.
var english = strings.Repeat(`When the operator restarts a failing node, the search service remembers the longest
passages and quietly ranks two thousand short queries before the deadline. "Nobody is watching," says the tired
engineer, although the interest rate of 4.25% won't wait: tokenization, internationalization and a handful of
unlikely words such as kohlrabi, bassoonist or recrystallized belong to English as well. `, 20)

// hostile is a single word, far beyond the length that is looked up.
var hostile = strings.Repeat("internationa", 2000)

func BenchmarkEncode(b *testing.B) {
	tok := loadDefault(b)
	g := loadGolden(b)
	for _, c := range []struct{ name, text string }{
		{"English", english},
		{"Hostile", hostile},
		{"HostileWords", strings.Repeat(strings.Repeat("internationa", 8)+" ", 200)},
		{"Varied", strings.Join(g.texts[:2000], " ")},
		{"Chinese", strings.Repeat("机器学习模型可以对文档重新排序。", 500)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ids []int32
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				ids, _ = tok.Encode(ids[:0], c.text, 0)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(modeltest.Dir(b), "tokenizer.json"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
