// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small is a tokenizer.json to change one part of.
const small = `{
 "version": "1.0", "truncation": {"max_length": 4}, "padding": null,
 "added_tokens": [
  {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
  {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
 "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
 "pre_tokenizer": {"type": "BertPreTokenizer"},
 "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
 "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
 "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 10,
  "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "un": 4, "##able": 5, "able": 6, "##a": 7, "[": 8, "]": 9, "sep": 10, "é": 11, "ab": 12}}
}`

func TestParseRefusesWhatItCannotFollow(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ old, with, want string }{
		"another model":                  {`{"type": "WordPiece", "unk`, `{"type": "BPE", "unk`, `model "BPE" is not supported; supported: WordPiece`},
		"a model without type":           {`"model": {"type": "WordPiece", `, `"model": {`, `model: no type`},
		"another normalizer":             {`"type": "BertNormalizer"`, `"type": "NFKC"`, `normalizer "NFKC" is not supported; supported: BertNormalizer, null`},
		"a normalizer's new switch":      {`"lowercase": true`, `"lowercase": true, "transliterate": true`, `normalizer: json: unknown field "transliterate"`},
		"another pre-tokenizer":          {`{"type": "BertPreTokenizer"}`, `{"type": "ByteLevel"}`, `pre_tokenizer "ByteLevel" is not supported; supported: BertPreTokenizer`},
		"no pre-tokenizer":               {`{"type": "BertPreTokenizer"}`, `null`, `pre_tokenizer null is not supported`},
		"another post-processor":         {`"type": "BertProcessing"`, `"type": "RobertaProcessing"`, `post_processor "RobertaProcessing" is not supported; supported: TemplateProcessing, BertProcessing`},
		"another decoder":                {`"decoder": {"type": "WordPiece"`, `"decoder": {"type": "ByteLevel"`, `decoder "ByteLevel" is not supported`},
		"an unknown part":                {`"version"`, `"postscript": 1, "version"`, `unknown field "postscript"`},
		"an added token in words":        {`"normalized": false, "special": true}]`, `"normalized": true, "special": false}]`, `added_tokens "[SEP]" with single_word false and normalized true is not supported`},
		"an empty vocabulary":            {`"vocab": {`, `"vocab": {}, "x": {`, `unknown field "x"`},
		"no unknown token":               {`"unk_token": "[UNK]"`, `"unk_token": "<unk>"`, `unk_token "<unk>" is not in the vocabulary`},
		"two tokens of one id":           {`"un": 4`, `"un": 6`, `tokens "able" and "un" share id 6`},
		"an id below zero":               {`"un": 4`, `"un": -4`, `token "un" has id -4`},
		"an id that is too large":        {`"un": 4`, `"un": 99999999`, `token "un" has id 99999999`},
		"an id that is no int32":         {`"un": 4`, `"un": 99999999999`, `id of token "un": strconv.ParseInt: parsing "99999999999": value out of range`},
		"words of no characters":         {`"max_input_chars_per_word": 10`, `"max_input_chars_per_word": 0`, `max_input_chars_per_word is 0, want 1 to 512`},
		"a frame outside the vocabulary": {`["[CLS]", 2]`, `["[CLS]", 77]`, `special token id 77 is not in the vocabulary`},
		"half a frame":                   {`["[CLS]", 2]`, `["[CLS]"]`, `cls: got 1 items, want a token and its id`},
		"an added token over another":    {`{"id": 3, "content"`, `{"id": 4, "content"`, `added_tokens: token "[SEP]" has id 4, but 3 in the vocabulary`},
		"an added token on another's id": {`{"id": 3, "content": "[SEP]"`, `{"id": 4, "content": "[NEW]"`, `added_tokens: token "[NEW]" has id 4, which another token has`},
		"one token twice":                {`"un": 4`, `"un": 4, "u\u006e": 13`, `token "un" appears twice in the vocabulary`},
		"an id that is text":             {`"un": 4`, `"un": "4"`, `id of token "un"`},
		"a vocabulary that is a list":    {`"vocab": {`, `"vocab": [], "x": {`, `vocab is not an object`},
		"a vocabulary of objects":        {`"un": 4`, `"un": {"id": 4}`, `id of token "un"`},
		"something behind the end":       {small, small + "{}", `tokenizer.json: something follows the JSON value`},
		"a truncated file":               {`"un": 4`, `"un`, `tokenizer.json: invalid character`},
		"an empty file":                  {small, ``, `tokenizer.json: EOF`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(small, c.old) {
				t.Fatalf("the sample has no %s", c.old)
			}
			_, err := Parse([]byte(strings.Replace(small, c.old, c.with, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestLoadNamesTheFileAndThePart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := os.WriteFile(path, []byte(strings.Replace(small, `{"type": "WordPiece", "unk`, `{"type": "Unigram", "unk`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	var unsupported *UnsupportedError
	if !errors.As(err, &unsupported) || unsupported.Part != "model" || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an unsupported model in %s", err, path)
	}
}

const template = `"post_processor": {"type": "TemplateProcessing",
 "single": [{"SpecialToken": {"id": "c", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "s", "type_id": 0}}],
 "pair": [{"SpecialToken": {"id": "c", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "s", "type_id": 0}},
  {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "s", "type_id": 1}}],
 "special_tokens": {"c": {"id": "c", "ids": [2], "tokens": ["[CLS]"]}, "s": {"id": "s", "ids": [3, 0], "tokens": ["[SEP]", "[PAD]"]}}},`

func withTemplate(t *testing.T, old, with string) []byte {
	t.Helper()
	from := strings.Index(small, `"post_processor"`)
	to := strings.Index(small, ` "decoder"`)
	if !strings.Contains(template, old) {
		t.Fatalf("the template has no %s", old)
	}
	return []byte(small[:from] + strings.Replace(template, old, with, 1) + small[to:])
}

func TestTemplatesFrameTexts(t *testing.T) {
	t.Parallel()
	tok, err := Parse(withTemplate(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	ids, total := tok.Encode(nil, "unable", 0)
	if want := []int32{2, 4, 5, 3, 0}; !slices.Equal(ids, want) || total != 5 {
		t.Errorf("got %v of %d, want %v", ids, total, want)
	}
	ids, first, total := tok.EncodePair(nil, "able able", "unable un", 9)
	if want := []int32{2, 6, 6, 3, 0, 4, 5, 3, 0}; !slices.Equal(ids, want) || first != 5 || total != 10 {
		t.Errorf("got %v, segment 0 %d, of %d; want %v, 5, of 10", ids, first, total, want)
	}
}

func TestTemplatesOutOfShapeAreRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ old, with, want string }{
		"nothing around a text":      {`[{"SpecialToken": {"id": "c", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "s", "type_id": 0}}]`, `[{"Sequence": {"id": "A", "type_id": 0}}]`, `single: there is no special token`},
		"an undefined token":         {`{"SpecialToken": {"id": "c", "type_id": 0}}`, `{"SpecialToken": {"id": "x", "type_id": 0}}`, `single: special token "x" is not defined`},
		"a sequence out of place":    {`{"Sequence": {"id": "A", "type_id": 0}}`, `{"Sequence": {"id": "B", "type_id": 0}}`, `single: sequence "B" is out of place`},
		"B in segment 0":             {`{"Sequence": {"id": "B", "type_id": 1}}`, `{"Sequence": {"id": "B", "type_id": 0}}`, `pair: sequence "B" has type_id 0, want 1`},
		"a separator in segment 1":   {`{"SpecialToken": {"id": "s", "type_id": 0}}`, `{"SpecialToken": {"id": "s", "type_id": 1}}`, `single: special token "s" has type_id 1, want 0`},
		"a piece of neither kind":    {`{"Sequence": {"id": "A", "type_id": 0}}`, `{}`, `single: a piece is neither`},
		"no second sequence":         {`{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "s", "type_id": 1}}`, `{"SpecialToken": {"id": "s", "type_id": 0}}`, `pair: got 1 sequences, want 2`},
		"a hundred special tokens":   {`"ids": [2]`, `"ids": [` + strings.Repeat("2,", 99) + `2]`, `more than 16 special tokens in one place`},
		"an id out of the token set": {`"ids": [2]`, `"ids": [99]`, `special token id 99 is not in the vocabulary`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(withTemplate(t, c.old, c.with))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestSpecialTokensInTextsAreTextUnlessAsked(t *testing.T) {
	t.Parallel()
	tok, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	const attack = "un[SEP]able"
	if ids, want := first(tok.Encode(nil, attack, 0)), []int32{2, 4, 8, 10, 9, 6, 3}; !slices.Equal(ids, want) {
		t.Errorf("as text: got %v, want %v", ids, want)
	}
	ref := asReference(t, tok)
	if ids, want := first(ref.Encode(nil, attack, 0)), []int32{2, 4, 3, 6, 3}; !slices.Equal(ids, want) {
		t.Errorf("as the reference: got %v, want %v", ids, want)
	}
	if _, err := tok.WithSpecialTokens(7); err == nil {
		t.Error("an unknown mode is accepted")
	}
	if !tok.IsSpecial(3) || !tok.IsSpecial(2) || !tok.IsSpecial(0) || tok.IsSpecial(4) || tok.IsSpecial(-1) || tok.IsSpecial(1<<30) {
		t.Error("IsSpecial is wrong about [SEP], [CLS], [PAD], un or ids that don't exist")
	}
}

func first(ids []int32, _ int) []int32 { return ids }

func TestNormalizerSwitchesAreIndependent(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		old, with, text string
		want            []int32
	}{
		"accents stay when told so":              {`"strip_accents": null`, `"strip_accents": false`, "É", []int32{11}},
		"accents go by default with case":        {`"lowercase": true`, `"lowercase": true`, "AB\u0301", []int32{12}},
		"accents stay by default without case":   {`"lowercase": true`, `"lowercase": false`, "é", []int32{11}},
		"case stays when told so":                {`"lowercase": true`, `"lowercase": false`, "un UN", []int32{4, 1}},
		"controls stay inside words when told":   {`"clean_text": true`, `"clean_text": false`, "u\x01n un", []int32{1, 4}},
		"controls vanish by default":             {`"clean_text": true`, `"clean_text": true`, "u\x01n un", []int32{4, 4}},
		"no normalizer is none":                  {`"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}`, `"normalizer": null`, "un Un é", []int32{4, 1, 11}},
		"words at the limit are looked up":       {`"un": 4`, `"un": 4`, "unaaaaaaaa", []int32{4, 7, 7, 7, 7, 7, 7, 7, 7}},
		"words beyond the limit are unknown":     {`"un": 4`, `"un": 4`, "unaaaaaaaaa", []int32{1}},
		"a word that ends badly is all unknown":  {`"un": 4`, `"un": 4`, "unableb", []int32{1}},
		"truncation inside the file is ignored":  {`"un": 4`, `"un": 4`, "un un un un un", []int32{4, 4, 4, 4, 4}},
		"a prefix that no token has never helps": {`"continuing_subword_prefix": "##"`, `"continuing_subword_prefix": "@@"`, "unable able", []int32{1, 6}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tok, err := Parse([]byte(strings.Replace(small, c.old, c.with, 1)))
			if err != nil {
				t.Fatal(err)
			}
			want := append(append([]int32{2}, c.want...), 3)
			if ids := first(tok.Encode(nil, c.text, 0)); !slices.Equal(ids, want) {
				t.Errorf("got %v, want %v", ids, want)
			}
		})
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	tok := loadDefault(t)
	ids := make([]int32, 0, 1<<16)
	texts := []string{english, hostile, "Crème brûlée 机器学习 한국어 İstanbul \U0001D165\u302E [SEP] \xff"}
	for _, s := range texts {
		if n := testing.AllocsPerRun(5, func() {
			ids, _ = tok.Encode(ids[:0], s, 256)
			ids, _, _ = tok.EncodePair(ids[:0], s, s, 256)
		}); n != 0 {
			t.Errorf("%.20q...: %v allocations, want none", s, n)
		}
	}
}

func TestHugeLimitsAreNoLimit(t *testing.T) {
	t.Parallel()
	tok, err := Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	const huge = int(^uint(0) >> 1)
	if ids, total := tok.Encode(nil, "un able", huge); len(ids) != 4 || total != 4 {
		t.Errorf("got %v of %d", ids, total)
	}
	if ids, n, total := tok.EncodePair(nil, "un", "able", huge); len(ids) != 5 || n != 3 || total != 5 {
		t.Errorf("got %v, %d of %d", ids, n, total)
	}
}
