// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// file is tokenizer.json. Parts whose type decides their shape stay raw until
// that type has been looked at.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"` // ignored, see the package comment
	Padding       json.RawMessage `json:"padding"`    // ignored
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"` // turns ids into text, which nobody here does
	Model         json.RawMessage `json:"model"`
}

type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"` // absorbs spaces, which give no ids anyway
	RStrip     bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

type wordPiece struct {
	Type     string     `json:"type"`
	UnkToken string     `json:"unk_token"`
	Prefix   string     `json:"continuing_subword_prefix"`
	MaxChars *int       `json:"max_input_chars_per_word"`
	Vocab    vocabulary `json:"vocab"`
}

// UnsupportedError says which part of a tokenizer file this package cannot
// follow, and what it can.
type UnsupportedError struct {
	Part      string // "normalizer", "model", ...
	Found     string // the type or setting found
	Supported string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s %s is not supported; supported: %s", e.Part, e.Found, e.Supported)
}

// strict decodes one part and refuses settings that it does not know, because
// an unknown setting may change the ids.
func strict(part string, data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: something follows the JSON value at byte %d", part, d.InputOffset())
	}
	return nil
}

// typeOf returns the type of a part; "" for one that is absent or null.
func typeOf(part string, data []byte) (string, error) {
	if isNull(data) {
		return "", nil
	}
	var p struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &p); err != nil {
		return "", fmt.Errorf("%s: %w", part, err)
	}
	if p.Type == "" {
		return "", fmt.Errorf("%s: no type", part)
	}
	return p.Type, nil
}

func isNull(data []byte) bool {
	return len(data) == 0 || string(bytes.TrimSpace(data)) == "null"
}

func parseNormalizer(data []byte) (normalizer, error) {
	const part = "normalizer"
	kind, err := typeOf(part, data)
	if err != nil {
		return normalizer{}, err
	}
	if kind == "" {
		return normalizer{}, nil
	}
	if kind != "BertNormalizer" {
		return normalizer{}, &UnsupportedError{part, quoted(kind), "BertNormalizer, null"}
	}
	p := struct {
		Type    string `json:"type"`
		Clean   bool   `json:"clean_text"`
		Chinese bool   `json:"handle_chinese_chars"`
		Strip   *bool  `json:"strip_accents"`
		Lower   bool   `json:"lowercase"`
	}{Clean: true, Chinese: true, Lower: true}
	if err := strict(part, data, &p); err != nil {
		return normalizer{}, err
	}
	n := normalizer{clean: p.Clean, chinese: p.Chinese, strip: p.Lower, lower: p.Lower}
	if p.Strip != nil {
		n.strip = *p.Strip
	}
	return n, nil
}

func checkPreTokenizer(data []byte) error {
	const part = "pre_tokenizer"
	kind, err := typeOf(part, data)
	if err != nil {
		return err
	}
	if kind != "BertPreTokenizer" {
		return &UnsupportedError{part, quoted(kind), "BertPreTokenizer"}
	}
	return strict(part, data, &struct {
		Type string `json:"type"`
	}{})
}

// checkDecoder refuses decoders of other families: they mean that the ids do
// not stand for WordPiece tokens.
func checkDecoder(data []byte) error {
	kind, err := typeOf("decoder", data)
	if err != nil {
		return err
	}
	if kind != "" && kind != "WordPiece" {
		return &UnsupportedError{"decoder", quoted(kind), "WordPiece, null"}
	}
	return nil
}

// maxCharsLimit bounds the longest word that is looked up, in characters.
// Models of the family use 100.
const maxCharsLimit = 512

func parseModel(data []byte) (*wordPiece, error) {
	const part = "model"
	m := &wordPiece{Prefix: "##", UnkToken: "[UNK]"}
	err := strict(part, data, m)
	if m.Type != "WordPiece" {
		// Another type has other settings, too: the type is the better answer.
		kind, problem := typeOf(part, data)
		if problem == nil && kind != "WordPiece" {
			problem = &UnsupportedError{part, quoted(kind), "WordPiece"}
		}
		if problem != nil {
			return nil, problem
		}
	}
	if err != nil {
		return nil, err
	}
	if m.MaxChars == nil {
		m.MaxChars = new(int)
		*m.MaxChars = 100
	}
	if n := *m.MaxChars; n < 1 || n > maxCharsLimit {
		return nil, fmt.Errorf("model: max_input_chars_per_word is %d, want 1 to %d", n, maxCharsLimit)
	}
	if len(m.Vocab) == 0 {
		return nil, fmt.Errorf("model: the vocabulary is empty")
	}
	return m, m.Vocab.sort()
}

func quoted(kind string) string {
	if kind == "" {
		return "null"
	}
	return fmt.Sprintf("%q", kind)
}
