// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"
	"io"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/strictjson"
)

// side says which side of a comparison a key names.
type side int

const (
	left side = iota
	right
)

// maxUnknown bounds the warnings about unknown keys.
const maxUnknown = 16

// pairKeys are the names that the dialects give to the two sides.
var pairKeys = map[string]side{
	"text_1": left, "text1": left, "queries": left, "query": left, "data_1": left, "source_sentence": left,
	"text_2": right, "text2": right, "documents": right, "items": right, "data_2": right, "sentences": right,
}

// Pairs is everything that a similarity request of any dialect can say. Its
// warnings name the keys that mean nothing here.
type Pairs struct{ api.Pairs }

// ReadPairs reads one similarity or score request from r.
func ReadPairs(r io.Reader, limits api.Limits) (*Pairs, error) {
	pr := &pairReader{
		Decoder: strictjson.NewDecoder(r, 0),
		limits:  limits,
		body:    &Pairs{Pairs: api.Pairs{LeftField: "text_1", RightField: "text_2"}},
	}
	if err := pr.ReadObject(pr.field); err != nil {
		return nil, err
	}
	return pr.body, pr.End()
}

// ReadSentences reads one request of the sentence similarity form: the pairs
// stand in the member "inputs".
func ReadSentences(r io.Reader, limits api.Limits) (*Pairs, error) {
	pr := &pairReader{
		Decoder: strictjson.NewDecoder(r, 0),
		limits:  limits,
		body:    &Pairs{Pairs: api.Pairs{LeftField: "source_sentence", RightField: "sentences"}},
	}
	err := pr.ReadObject(func(key string) error {
		switch key {
		case "inputs":
			return pr.ReadObject(pr.field)
		case "parameters":
			kind, err := pr.Peek()
			switch {
			case err != nil:
				return err
			case kind == strictjson.Object:
				return pr.ReadObject(pr.parameter)
			case kind == strictjson.Null:
				return pr.Skip()
			}
		}
		return pr.ignore(key)
	})
	if err != nil {
		return nil, err
	}
	return pr.body, pr.End()
}

type pairReader struct {
	*strictjson.Decoder
	limits api.Limits
	body   *Pairs
}

func (r *pairReader) field(key string) (err error) {
	p := &r.body.Pairs
	if s, ok := pairKeys[key]; ok {
		if s == left {
			p.Left, p.LeftList, err = r.texts(key, &p.HasLeft, &p.LeftField)
		} else {
			p.Right, p.RightList, err = r.texts(key, &p.HasRight, &p.RightField)
		}
		return err
	}
	if null, err := r.ReadNull(); null || err != nil {
		return err
	}
	switch key {
	case "method":
		t, err := r.ReadText(maxNameCharacters)
		p.Method = &t.Value
		return err
	case "model":
		t, err := r.ReadText(maxNameCharacters)
		p.Model = t.Value
		return err
	}
	return r.ignore(key)
}

// parameter reads one of the parameters of the sentence similarity form. Only
// what asks for something else than what is done is worth a warning.
func (r *pairReader) parameter(key string) error {
	kind, err := r.Peek()
	if err != nil {
		return err
	}
	switch {
	case kind == strictjson.Null:
		return r.Skip()
	case key == "truncate" && kind == strictjson.Bool:
		if yes, err := r.ReadBool(); yes || err != nil {
			return err
		}
		r.warn("truncate false is not supported: the beginning is read")
		return nil
	case key == "truncation_direction" && kind == strictjson.String:
		if t, err := r.ReadText(maxNameCharacters); err != nil || !strings.EqualFold(t.Value, "left") {
			return err
		}
		r.warn("truncation_direction left is not supported: the beginning is read")
		return nil
	}
	return r.ignore(key)
}

// ignore skips the value of a key that means nothing here, and says so.
func (r *pairReader) ignore(key string) error {
	r.warn("key %.64q was ignored", key)
	return r.Skip()
}

func (r *pairReader) warn(format string, args ...any) {
	if p := &r.body.Pairs; len(p.Warnings) < maxUnknown {
		p.Warnings = append(p.Warnings, fmt.Sprintf(format, args...))
	}
}

// texts reads one text or a list of them.
func (r *pairReader) texts(key string, present *bool, name *string) (texts []api.Text, list bool, err error) {
	if *present {
		return nil, false, api.Invalid([]api.Violation{{
			Code: api.CodeFieldConflict, Field: key, Pointer: "/" + key,
			Message: key + " and " + *name + " are both present: want one of them",
		}})
	}
	*present, *name = true, key
	one := func() error {
		t, err := r.ReadText(r.limits.MaxDocumentCharacters)
		texts = append(texts, api.Text{Value: t.Value, Characters: t.Characters})
		return err
	}
	kind, err := r.Peek()
	if err != nil {
		return nil, false, err
	}
	if kind != strictjson.Array {
		err = one()
		return texts, false, err
	}
	err = r.ReadArray(func(i int) error {
		if i == r.limits.MaxDocuments {
			return api.Invalid([]api.Violation{api.TooManyTexts(key, i)})
		}
		return one()
	})
	return texts, true, err
}
