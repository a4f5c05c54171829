// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"

	"github.com/quantumrerank/quantumrerank/reranker/engine/encoder"
)

// Kind says what a text is: some models put different words before queries and
// documents.
type Kind int

// The kinds of text.
const (
	KindDocument Kind = iota
	KindQuery
)

// Encoding is what the model makes of a text.
type Encoding struct {
	Pooled      []float32 // [Dim], unit length
	Tokens      []float32 // [Rows*Dim] row-major, unit rows: the content tokens, without special ones and the model's prefix
	IDs         []int32   // [Rows] of the same tokens
	Rows        int
	UsedTokens  int // tokens that went through the encoder, special ones included
	TotalTokens int // tokens of the whole text, special ones included
	Truncated   bool
}

// Encode runs all texts through the model. The encodings are the caller's.
func (e *Engine) Encode(ctx context.Context, texts []string, kind Kind) ([]Encoding, error) {
	encodings := make([]Encoding, len(texts))
	r, err := e.prepare(ctx, texts, kind)
	if err != nil {
		return nil, err
	}
	defer e.release(r)
	r.deliver = func(w *worker, r *request, place, i int) {
		s := &r.seqs[i]
		rows, dim := e.rows(s), e.encoder.Dim()
		memory := make([]float32, (1+rows)*dim)
		encodings[i] = e.encoding(w.arena, &w.batch, place, s, r.content(s, e.frame, rows), memory)
		encodings[i].IDs = append([]int32(nil), encodings[i].IDs...)
	}
	if err := e.run(r); err != nil {
		return nil, err
	}
	return encodings, nil
}

// EncodeEach runs all texts through the model and calls visit with the index of
// each text and its encoding, which is valid during the call only: nothing is
// allocated for it. Calls come from several goroutines at once, in any order,
// each index once. After an error some texts have not been visited.
func (e *Engine) EncodeEach(ctx context.Context, texts []string, kind Kind, visit func(i int, enc *Encoding)) error {
	r, err := e.prepare(ctx, texts, kind)
	if err != nil {
		return err
	}
	defer e.release(r)
	r.visited = visit
	r.deliver = e.visit
	return e.run(r)
}

// visit delivers a sequence in the worker's own memory.
func (e *Engine) visit(w *worker, r *request, place, i int) {
	s := &r.seqs[i]
	rows, dim := e.rows(s), e.encoder.Dim()
	if n := (1 + rows) * dim; len(w.rows) < n {
		w.rows = make([]float32, (1+e.maxTokens)*dim)
	}
	w.encoding = e.encoding(w.arena, &w.batch, place, s, r.content(s, e.frame, rows), w.rows)
	r.visited(i, &w.encoding)
}

// prepare tokenizes the texts.
func (e *Engine) prepare(ctx context.Context, texts []string, kind Kind) (*request, error) {
	r, err := e.acquire(ctx)
	if err != nil {
		return nil, err
	}
	before := prefix(&e.model.Config, kind)
	for _, text := range texts {
		e.add(r, before+text)
		s := &r.seqs[len(r.seqs)-1]
		s.prompt = common(e.prompts[kind], r.ids[s.start+e.frame.before:])
	}
	return r, nil
}

// rows is the number of content tokens of a sequence.
func (e *Engine) rows(s *sequence) int { return max(0, s.length-e.frame.tokens()-s.prompt) }

// content returns the ids of the content tokens of a sequence.
func (r *request) content(s *sequence, f frame, rows int) []int32 {
	return r.ids[s.start+f.before+s.prompt:][:rows]
}

// encoding reads the result of a sequence from the arena into memory.
func (e *Engine) encoding(a *encoder.Arena, b *encoder.Batch, place int, s *sequence, ids []int32, memory []float32) Encoding {
	rows, dim := len(ids), e.encoder.Dim()
	enc := Encoding{
		Pooled:      memory[:dim:dim],
		Tokens:      memory[dim : (1+rows)*dim],
		IDs:         ids,
		Rows:        rows,
		UsedTokens:  s.length,
		TotalTokens: s.total,
		Truncated:   s.total > s.length,
	}
	a.Pool(enc.Pooled, b, place)
	a.Tokens(enc.Tokens, b, place, e.frame.before+s.prompt, rows)
	return enc
}
