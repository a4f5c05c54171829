// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzEncode(f *testing.F) {
	tok := loadDefault(f)
	for _, s := range []string{"", "plain words", "Crème brûlée 机器", "[SEP]", "\xff\xc3", "a\u0315\u0300\u05ae", strings.Repeat("x", 101), "\x00\u200b", "각\U0001D165\u302E"} {
		f.Add(s, 16)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		ids, total := tok.Encode(nil, s, 0)
		if len(ids) != total || ids[0] != 101 || ids[len(ids)-1] != 102 {
			t.Fatalf("%d ids of %d: %v", len(ids), total, ids)
		}
		for _, id := range ids[1 : len(ids)-1] {
			if id < 0 || int(id) >= tok.VocabSize() {
				t.Fatalf("id %d is out of range", id)
			}
			if tok.IsSpecial(id) && id != 100 {
				t.Fatalf("text gave the special token %d", id)
			}
		}
		if total > utf8.RuneCountInString(s)*3+2 {
			t.Fatalf("%d ids from %d characters", total, utf8.RuneCountInString(s))
		}
		// Text that is already split at spaces keeps its ids, whatever the
		// spaces are.
		if spaced, _ := tok.Encode(nil, "\t"+s+" \u3000\n", 0); !slices.Equal(spaced, ids) {
			t.Fatalf("ids change with spaces around: %v, %v", ids, spaced)
		}
		if valid, _ := tok.Encode(nil, strings.ToValidUTF8(s, "\uFFFD"), 0); !slices.Equal(valid, ids) {
			t.Fatalf("ids change when bad bytes are replaced: %v, %v", ids, valid)
		}
		cut, n := tok.Encode(nil, s, most)
		if n != total || most > 0 && len(cut) != min(most, total) {
			t.Fatalf("limit %d gives %d ids of %d, want of %d", most, len(cut), n, total)
		}
		pair, firstLen, pairTotal := tok.EncodePair(nil, s, s, most)
		if pairTotal != 2*total-1 || firstLen > len(pair) || most > 0 && len(pair) != min(most, pairTotal) {
			t.Fatalf("pair with limit %d: %d ids of %d, segment 0 has %d", most, len(pair), pairTotal, firstLen)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(strings.ReplaceAll(small, "BertProcessing", "TemplateProcessing")))
	f.Add([]byte(`{"model": {"type": "WordPiece", "vocab": {"": 0, "[UNK]": 1}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Parse(data)
		if err != nil {
			return
		}
		ids, total := tok.Encode(nil, "Unable [SEP] é 机 \xff ab", 0)
		if len(ids) != total {
			t.Fatalf("%d ids of %d", len(ids), total)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= tok.VocabSize() {
				t.Fatalf("id %d is out of range", id)
			}
		}
	})
}
