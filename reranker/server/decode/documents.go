// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/strictjson"
)

// objectOverhead is how many bytes a document that is an object may have on
// top of four for each legal character of its text.
const objectOverhead = 64 << 10

// documents reads the list of documents, or one document in its place.
func (r *rerankReader) documents(key string) error {
	if r.body.DocumentsKey != "" {
		return api.Invalid([]api.Violation{{
			Code: api.CodeFieldConflict, Field: key, Pointer: "/" + key,
			Message: key + " and " + r.body.DocumentsKey + " are both present: want one list of documents",
		}})
	}
	r.body.DocumentsKey = key
	kind, err := r.Peek()
	if err != nil {
		return err
	}
	if kind == strictjson.String {
		r.lenient(strictjson.Array, kind)
		return r.document()
	}
	return r.ReadArray(func(i int) error {
		if i == r.limits.MaxDocuments {
			return api.Invalid([]api.Violation{api.TooManyDocuments(key, i)})
		}
		return r.document()
	})
}

func (r *rerankReader) document() error {
	kind, err := r.Peek()
	if err != nil {
		return err
	}
	var doc api.Document
	if kind == strictjson.Object {
		r.lenient(strictjson.String, kind)
		r.body.HasObjects = true
		doc.Raw, err = r.ReadRaw(4*r.limits.MaxDocumentCharacters + objectOverhead)
		doc.Oversized = doc.Raw == nil
	} else {
		doc.Text, err = r.text(r.limits.MaxDocumentCharacters)
	}
	r.body.Documents = append(r.body.Documents, doc)
	return err
}

// resolve finds the texts of the documents that are objects: the members named
// by rank_fields, or "text". It runs after the whole body, because rank_fields may
// stand behind the documents.
func (r *rerankReader) resolve() error {
	fields := map[string]bool{}
	for _, name := range r.body.RankFields {
		fields[name] = true
	}
	if len(fields) == 0 {
		fields["text"] = true
	}
	for i := range r.body.Documents {
		doc := &r.body.Documents[i]
		if doc.Raw == nil {
			continue
		}
		members, err := readMembers(doc.Raw)
		if err != nil {
			return err
		}
		doc.Text = cut(members.text(fields), r.limits.MaxDocumentCharacters)
	}
	return nil
}

func cut(s string, limit int) api.Text {
	t := api.Text{Value: s, Characters: utf8.RuneCountInString(s)}
	if t.Characters > limit {
		t.Value = string([]rune(s)[:limit])
	}
	return t
}

// member is one member of a document that is an object.
type member struct{ name, value string }

type members []member

// readMembers returns the members of the object raw in their order: strings as
// they are, everything else as its JSON; null is absent.
func readMembers(raw []byte) (members, error) {
	var ms members
	d := strictjson.NewDecoder(bytes.NewReader(raw), 0)
	err := d.ReadObject(func(key string) error {
		kind, err := d.Peek()
		if err != nil {
			return err
		}
		var value string
		switch kind {
		case strictjson.Null:
			return d.Skip()
		case strictjson.String:
			value, err = d.ReadString()
		default:
			var b []byte
			b, err = d.ReadRaw(len(raw))
			value = string(b)
		}
		ms = append(ms, member{key, value})
		return err
	})
	return ms, err
}

// text returns what is scored of a document that is an object: the members
// named by fields, else all of it. Several members are
// written one a line with their names, as Cohere documents it.
func (ms members) text(fields map[string]bool) string {
	chosen := slices.DeleteFunc(slices.Clone(ms), func(m member) bool { return !fields[m.name] })
	switch len(chosen) {
	case 0:
		chosen = ms
	case 1:
		return chosen[0].value
	}
	var b strings.Builder
	for i, m := range chosen {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(m.name + ": " + m.value)
	}
	return b.String()
}
