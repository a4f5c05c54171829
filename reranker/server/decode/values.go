// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/strictjson"
)

// maxNameCharacters bounds names such as a model's; the longest known are
// around 100 characters.
const maxNameCharacters = 256

// maxRankFields bounds the members of a document that can be named to be ranked.
const maxRankFields = 256

// query reads a text, or an object with a text as NIM sends it.
func (r *rerankReader) query(string) error {
	kind, err := r.Peek()
	if err != nil {
		return err
	}
	var t api.Text
	if kind != strictjson.Object {
		t, err = r.text(r.limits.MaxQueryCharacters)
	} else {
		r.lenient(strictjson.String, kind)
		t, err = r.textMember(r.limits.MaxQueryCharacters)
	}
	r.body.Query = &t
	return err
}

// textMember reads an object and returns its member "text".
func (r *rerankReader) textMember(limit int) (t api.Text, err error) {
	err = r.ReadObject(func(key string) error {
		if key != "text" {
			return r.Skip()
		}
		t, err = r.text(limit)
		return err
	})
	return t, err
}

func (r *rerankReader) method(string) error {
	name, err := r.name()
	r.body.Method = &name
	return err
}

func (r *rerankReader) model(string) (err error) {
	r.body.Model, err = r.name()
	return err
}

func (r *rerankReader) name() (string, error) {
	t, err := r.ReadText(maxNameCharacters)
	return t.Value, err
}

func (r *rerankReader) topK(string) error { return r.integer(&r.body.TopK) }
func (r *rerankReader) topN(string) error { return r.integer(&r.body.TopN) }

func (r *rerankReader) maxTokens(string) error { return r.integer(&r.body.MaxTokens) }
func (r *rerankReader) maxChunks(string) error { return r.integer(&r.body.MaxChunks) }
func (r *rerankReader) overlap(string) error   { return r.integer(&r.body.Overlap) }

func (r *rerankReader) integer(into **int64) error {
	n, err := r.ReadInt()
	*into = &n
	return err
}

func (r *rerankReader) returnFlag(string) error {
	b, err := r.boolean()
	r.body.Return = &b
	return err
}

func (r *rerankReader) returnLen(string) (err error) {
	r.body.ReturnLen, err = r.boolean()
	return err
}

func (r *rerankReader) rawScores(string) (err error) {
	r.body.RawScores, err = r.boolean()
	return err
}

// boolean reads true or false, also spelled as a string: some clients write
// "true" into JSON.
func (r *rerankReader) boolean() (bool, error) {
	kind, err := r.Peek()
	if err != nil || kind != strictjson.String {
		b, err := r.ReadBool()
		return b, err
	}
	r.lenient(strictjson.Bool, kind)
	s, err := r.name()
	if err != nil {
		return false, err
	}
	switch strings.ToLower(s) {
	case "true", "1":
		return true, nil
	case "false", "0", "":
		return false, nil
	}
	return false, r.Mismatch(string(strictjson.Bool), string(strictjson.String))
}

// truncate reads "none" or "end" in any case, or false or true for the same.
func (r *rerankReader) truncate(key string) error {
	kind, err := r.Peek()
	if err != nil {
		return err
	}
	choice := api.TruncateEnd
	if kind == strictjson.Bool {
		if NativeKeys[key] {
			r.lenient(strictjson.String, kind)
		}
		yes, err := r.ReadBool()
		if !yes {
			choice = api.TruncateNone
		}
		r.body.Truncate = &choice
		return err
	}
	s, err := r.name()
	if err != nil {
		return err
	}
	if strings.EqualFold(s, "none") {
		choice = api.TruncateNone
	} else if !strings.EqualFold(s, "end") {
		r.body.TruncateValue = s
	}
	r.body.Truncate = &choice
	return nil
}

// direction reads which end of a long text is read. Only the left one, the
// beginning, is: truncation on the left would keep the end.
func (r *rerankReader) direction(string) error {
	s, err := r.name()
	r.body.KeepEnd = strings.EqualFold(s, "left")
	return err
}

func (r *rerankReader) rankFields(key string) error {
	return r.ReadArray(func(i int) error {
		if i == maxRankFields {
			return api.Invalid([]api.Violation{api.TooMany(key, i)})
		}
		name, err := r.name()
		r.body.RankFields = append(r.body.RankFields, name)
		return err
	})
}

// priors reads one number for each document; Check compares the counts.
func (r *rerankReader) priors(key string) error {
	r.body.Priors = []float64{}
	return r.ReadArray(func(i int) error {
		if i == r.limits.MaxDocuments {
			return api.Invalid([]api.Violation{api.TooMany(key, i)})
		}
		p, err := r.ReadFloat()
		r.body.Priors = append(r.body.Priors, p)
		return err
	})
}
