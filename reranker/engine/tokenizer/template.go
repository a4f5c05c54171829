// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
)

// frame is the post-processor: the special tokens around one text, and around
// two. Segment ids are not stored: everything up to the end of between belongs
// to segment 0 and the rest to segment 1, which is checked when the file is
// read.
type frame struct {
	before, after                  []int32 // before text after
	pairBefore, between, pairAfter []int32 // pairBefore a between b pairAfter
}

type templatePiece struct {
	SpecialToken *struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	} `json:"SpecialToken"`
	Sequence *struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	} `json:"Sequence"`
}

type templateToken struct {
	ID     string   `json:"id"`
	IDs    []int32  `json:"ids"`
	Tokens []string `json:"tokens"`
}

func parsePostProcessor(data []byte) (*frame, error) {
	const part = "post_processor"
	kind, err := typeOf(part, data)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "TemplateProcessing":
		var p struct {
			Type          string                   `json:"type"`
			Single        []templatePiece          `json:"single"`
			Pair          []templatePiece          `json:"pair"`
			SpecialTokens map[string]templateToken `json:"special_tokens"`
		}
		if err := strict(part, data, &p); err != nil {
			return nil, err
		}
		f, err := newFrame(p.Single, p.Pair, p.SpecialTokens)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part, err)
		}
		return f, nil
	case "BertProcessing":
		var p struct {
			Type string            `json:"type"`
			Sep  []json.RawMessage `json:"sep"`
			Cls  []json.RawMessage `json:"cls"`
		}
		if err := strict(part, data, &p); err != nil {
			return nil, err
		}
		cls, err := idOf(p.Cls)
		if err != nil {
			return nil, fmt.Errorf("%s: cls: %w", part, err)
		}
		sep, err := idOf(p.Sep)
		if err != nil {
			return nil, fmt.Errorf("%s: sep: %w", part, err)
		}
		c, s := []int32{cls}, []int32{sep}
		return &frame{c, s, c, s, s}, nil
	}
	return nil, &UnsupportedError{part, quoted(kind), "TemplateProcessing, BertProcessing"}
}

// idOf reads a pair ["[SEP]", 102].
func idOf(pair []json.RawMessage) (int32, error) {
	var id int32
	if len(pair) != 2 {
		return 0, fmt.Errorf("got %d items, want a token and its id", len(pair))
	}
	if err := json.Unmarshal(pair[1], &id); err != nil {
		return 0, err
	}
	return id, nil
}

func newFrame(single, pair []templatePiece, tokens map[string]templateToken) (*frame, error) {
	one, err := specials(single, tokens, []string{"A"}, []int{0, 0})
	if err != nil {
		return nil, fmt.Errorf("single: %w", err)
	}
	if len(one[0])+len(one[1]) == 0 {
		return nil, errors.New("single: there is no special token, so that a text of spaces would have no token at all")
	}
	two, err := specials(pair, tokens, []string{"A", "B"}, []int{0, 0, 1})
	if err != nil {
		return nil, fmt.Errorf("pair: %w", err)
	}
	return &frame{one[0], one[1], two[0], two[1], two[2]}, nil
}

// maxFrame bounds the special tokens at one place of a template.
const maxFrame = 16

// specials returns the special tokens before, between and after the sequences
// of a template. types holds the segment that each of these groups must have;
// a sequence has that of the group before it, but B, which opens segment 1.
func specials(pieces []templatePiece, tokens map[string]templateToken, sequences []string, types []int) ([][]int32, error) {
	out := make([][]int32, 1, len(sequences)+1)
	for _, p := range pieces {
		at := len(out) - 1
		switch {
		case p.Sequence != nil && p.SpecialToken == nil:
			if at == len(sequences) || p.Sequence.ID != sequences[at] {
				return nil, fmt.Errorf("sequence %q is out of place", p.Sequence.ID)
			}
			if p.Sequence.TypeID != at {
				return nil, fmt.Errorf("sequence %q has type_id %d, want %d", p.Sequence.ID, p.Sequence.TypeID, at)
			}
			out = append(out, nil)
		case p.SpecialToken != nil && p.Sequence == nil:
			t, ok := tokens[p.SpecialToken.ID]
			if !ok {
				return nil, fmt.Errorf("special token %q is not defined", p.SpecialToken.ID)
			}
			if p.SpecialToken.TypeID != types[at] {
				return nil, fmt.Errorf("special token %q has type_id %d, want %d", p.SpecialToken.ID, p.SpecialToken.TypeID, types[at])
			}
			out[at] = append(out[at], t.IDs...)
			if len(out[at]) > maxFrame {
				return nil, fmt.Errorf("more than %d special tokens in one place", maxFrame)
			}
		default:
			return nil, errors.New("a piece is neither a special token nor a sequence")
		}
	}
	if len(out) != len(sequences)+1 {
		return nil, fmt.Errorf("got %d sequences, want %d", len(out)-1, len(sequences))
	}
	return out, nil
}
