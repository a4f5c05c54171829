// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package passage

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// letters counts every letter as a token, so that results can be read.
func letters(text string) int {
	return utf8.RuneCountInString(strings.Join(strings.Fields(text), ""))
}

func show(text string, spans []Span) string {
	parts := make([]string, len(spans))
	for i, s := range spans {
		parts[i] = text[s.Start:s.End]
	}
	return strings.Join(parts, "|")
}

func TestCut(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text  string
		rules Rules
		want  string
		whole bool
	}{
		"a text that fits stays as it is":      {" ab  c ", Rules{Tokens: 3, Passages: 9}, " ab  c ", true},
		"a text of space":                      {" \n", Rules{Tokens: 3, Passages: 9}, " \n", true},
		"an empty text":                        {"", Rules{Tokens: 3, Passages: 9}, "", true},
		"words go where they fit":              {"ab c def g", Rules{Tokens: 3, Passages: 9}, "ab c|def|g", true},
		"too few passages":                     {"ab c def g", Rules{Tokens: 3, Passages: 2}, "ab c|def", false},
		"one passage is truncation":            {"ab c def g", Rules{Tokens: 4, Passages: 1}, "ab c", false},
		"a long word is cut":                   {"abcdefgh ij", Rules{Tokens: 3, Passages: 9}, "abc|def|gh|ij", true},
		"a long word of long characters":       {"日本語の文章", Rules{Tokens: 4, Passages: 9}, "日本語の|文章", true},
		"passages repeat words":                {"a b c d e", Rules{Tokens: 3, Passages: 9, Overlap: 1}, "a b c|c d e", true},
		"two words are repeated":               {"a b c d e", Rules{Tokens: 3, Passages: 9, Overlap: 2}, "a b c|b c d|c d e", true},
		"a long word is not repeated":          {"a bbb c d", Rules{Tokens: 4, Passages: 9, Overlap: 2}, "a bbb|c d", true},
		"no room for a repetition":             {"ab cd efg", Rules{Tokens: 4, Passages: 9, Overlap: 3}, "ab cd|efg", true},
		"a bound on the whole":                 {"ab c def g", Rules{Tokens: 9, Passages: 9, Total: 3}, "ab c", false},
		"a bound on the whole that is met":     {"ab c", Rules{Tokens: 9, Passages: 9, Total: 3}, "ab c", true},
		"a bound within a word":                {"ab cdef", Rules{Tokens: 9, Passages: 9, Total: 4}, "ab cd", false},
		"a bound over passages":                {"ab cd ef gh", Rules{Tokens: 4, Passages: 9, Total: 6}, "ab cd|ef", false},
		"space behind the last passage is not": {"ab cd  ", Rules{Tokens: 2, Passages: 2}, "ab|cd", true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spans, whole, _ := Cut(t.Context(), tc.text, letters, tc.rules)
			if got := show(tc.text, spans); got != tc.want || whole != tc.whole {
				t.Errorf("%q, whole %v; want %q, %v", got, whole, tc.want, tc.whole)
			}
		})
	}
}

// check holds Cut to what it promises for any text.
func check(t *testing.T, text string, count Counter, r Rules) {
	t.Helper()
	spans, whole, _ := Cut(t.Context(), text, count, r)
	if len(spans) == 0 || len(spans) > r.Passages {
		t.Fatalf("%d passages of at most %d", len(spans), r.Passages)
	}
	at, sum := 0, 0
	for i, s := range spans {
		part := text[s.Start:s.End]
		n := count(part)
		sum += n
		if n > r.Tokens && utf8.RuneCountInString(part) > 1 {
			t.Errorf("passage %d has %d tokens of at most %d: %q", i, n, r.Tokens, part)
		}
		if utf8.ValidString(text) && !utf8.ValidString(part) {
			t.Errorf("passage %d cuts a character: %q", i, part)
		}
		if i > 0 && (s.Start <= spans[i-1].Start || s.End <= spans[i-1].End) {
			t.Errorf("passage %d does not go on: %v", i, spans)
		}
		if s.Start > at && count(text[at:s.Start]) > 0 {
			t.Errorf("%q is in no passage", text[at:s.Start])
		}
		at = s.End
	}
	if rest := count(text[at:]); whole && rest > 0 {
		t.Errorf("the passages hold all, but %d tokens are left", rest)
	}
	if r.Total > 0 && r.Overlap == 0 && sum > max(r.Total, 1) {
		t.Errorf("%d tokens of at most %d", sum, r.Total)
	}
}

func TestPassagesOfRealTextFitTheModel(t *testing.T) {
	t.Parallel()
	tok, err := tokenizer.Load(modeltest.Dir(t) + "/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	count := func(text string) int {
		_, n := tok.Encode(nil, text, 0)
		return n - 2
	}
	text := strings.Repeat("Photosynthesis turns sunlight into sugar; naïve café-goers (in 東京都) don't care. 光合成は植物が行う。\u00a0x\u2028y ", 60)
	for _, r := range []Rules{
		{Tokens: 254, Passages: 100},
		{Tokens: 254, Passages: 3},
		{Tokens: 254, Passages: 100, Overlap: 80},
		{Tokens: 10, Passages: 1000, Overlap: 5},
		{Tokens: 254, Passages: 100, Total: 700},
		{Tokens: 1, Passages: 10_000},
	} {
		check(t, text, count, r)
	}
}

func TestASpaceSplitsWhatIsCounted(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]bool{true, true, true, true, false, false, false}, []bool{
		space(' '), space('\t'), space('\u00a0'), space('\u3000'), space('\x1c'), space('\u0085'), space('a'),
	}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzCut(f *testing.F) {
	f.Add("ab c def g", uint8(3), uint8(2), uint8(1), uint8(0))
	f.Add("日本語の文章 と \u00a0 text", uint8(4), uint8(9), uint8(0), uint8(7))
	f.Add("\xff \xfe\xfd", uint8(1), uint8(3), uint8(0), uint8(1))
	f.Add(strings.Repeat("\xb0", 33), uint8(4), uint8(2), uint8(66), uint8(1))
	f.Fuzz(func(t *testing.T, text string, tokens, passages, overlap, total uint8) {
		r := Rules{Tokens: int(tokens) + 1, Passages: int(passages) + 1, Total: int(total)}
		r.Overlap = int(overlap) % r.Tokens
		check(t, text, fuzzLetters, r)
	})
}

// fuzzLetters counts each rune that is not space, as letters does, but takes
// for space what Cut does.
func fuzzLetters(text string) (n int) {
	for _, r := range text {
		if !space(r) {
			n++
		}
	}
	return n
}

// Text without spaces is one word, of which every piece is looked for.
func TestCuttingReadsATextAFewTimes(t *testing.T) {
	text := strings.Repeat("检索排序", 5000)
	read := 0
	spans, _, _ := Cut(t.Context(), text, func(s string) int { read += len(s); return utf8.RuneCountInString(s) }, Rules{Tokens: 254, Passages: 10})
	if used := spans[len(spans)-1].End; len(spans) != 10 || used != 10*254*3 || read > 4*used {
		t.Errorf("%d passages of %d bytes, %d bytes read", len(spans), used, read)
	}
}

// The longest document is read for as long as somebody waits for it.
func TestCuttingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, leave := context.WithCancel(t.Context())
	counted := 0
	count := func(s string) int {
		if counted++; counted == 10 {
			leave()
		}
		return letters(s)
	}
	_, _, err := Cut(ctx, strings.Repeat("word ", 10_000), count, Rules{Tokens: 100, Passages: 100_000})
	if !errors.Is(err, context.Canceled) || counted != 10 {
		t.Errorf("%v after %d words were counted, want 10", err, counted)
	}
}
