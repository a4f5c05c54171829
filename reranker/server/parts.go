// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/passage"
)

// parts are the texts that are ranked for the documents of a request: the
// documents themselves, or passages of them where the caller asked for that. A
// document is as good as its best passage.
type parts struct {
	docs  []api.Document
	texts []string
	// What follows is empty where every document is one text, unchanged, and until
	// the others are cut.
	owners []int            // document of each text
	spans  [][]passage.Span // passages of each document
	first  []int            // first text of each document
	cut    []bool           // documents of which the passages hold a part only
	best   []int            // passage that gave a document its score
	partly int              // documents of which passages were left unscored, but not all
}

// partsOf takes the documents as they are, and says how the Ranker gets passages
// of them: nil where the caller wants none, or the Ranker's own truncation does
// the same.
func (b *Backend) partsOf(req *api.Request) (*parts, *rerank.Passages) {
	p := &parts{docs: req.Documents, texts: make([]string, len(req.Documents))}
	for i := range req.Documents {
		p.texts[i] = req.Documents[i].Value
	}
	if b.CountTokens == nil || (req.MaxTokens == nil && req.MaxChunks == nil) {
		return p, nil
	}
	frame := b.CountTokens("")
	rules, needed := rulesOf(req, b.room(req.Query.Value, frame))
	if !needed {
		return p, nil
	}
	return p, &rerank.Passages{Tokens: most(rules), Cut: func(ctx context.Context) ([]string, []int, error) {
		cut, err := b.cut(ctx, req, rules, frame)
		if err != nil {
			return nil, nil, err
		}
		*p = *cut
		return p.texts, p.owners, nil
	}}
}

// cut makes passages of documents.
func (b *Backend) cut(ctx context.Context, req *api.Request, rules passage.Rules, frame int) (*parts, error) {
	p := &parts{docs: req.Documents}
	count := func(s string) int { return b.CountTokens(s) - frame }
	for i := range req.Documents {
		text := req.Documents[i].Value
		spans, all, err := passage.Cut(ctx, text, count, rules)
		switch {
		case err != nil:
			return nil, err
		case !all && req.Truncation == api.TruncateNone:
			return nil, &rerank.TruncationError{Index: i, Tokens: b.CountTokens(text), Limit: most(rules) + frame}
		}
		p.first = append(p.first, len(p.texts))
		p.spans, p.cut = append(p.spans, spans), append(p.cut, !all)
		for _, s := range spans {
			p.texts, p.owners = append(p.texts, text[s.Start:s.End]), append(p.owners, i)
		}
	}
	return p, nil
}

// room is how many tokens of a document the model reads at once. A cross-encoder
// reads [CLS] query [SEP] document [SEP], and of both together what fits; of two
// that do not fit the shorter keeps up to a half.
func (b *Backend) room(query string, frame int) int {
	room := b.Model.MaxTokens - frame
	if !b.Model.CrossEncoder {
		return room
	}
	const between = 1
	room -= between
	return max(room-(b.CountTokens(query)-frame), room/2, 1)
}

// rulesOf says how to cut for a model with room for so many tokens. It is not
// needed where the Ranker's own truncation does the same.
func rulesOf(req *api.Request, room int) (r passage.Rules, needed bool) {
	r = passage.Rules{Tokens: room, Passages: 1}
	if req.MaxChunks != nil {
		r.Passages = int(*req.MaxChunks)
	}
	if req.Overlap != nil {
		// Half a passage of repetition already doubles the work.
		if r.Overlap = int(min(*req.Overlap, int64(room/2))); int64(r.Overlap) < *req.Overlap {
			req.Warn("%s was lowered from %d to %d", api.FieldOverlap, *req.Overlap, r.Overlap)
		}
	}
	if n := req.MaxTokens; n != nil && *n < int64(r.Passages)*int64(room) {
		r.Total = int(*n)
	}
	return r, r.Passages > 1 || r.Total > 0
}

// most is the number of tokens of a text that rules let through.
func most(r passage.Rules) int {
	if r.Total > 0 {
		return r.Total
	}
	return r.Tokens * r.Passages
}

// blame names the document where an error names a passage of it.
func (p *parts) blame(err error) error {
	var e *rerank.TruncationError
	if p.owners != nil && errors.As(err, &e) && e.Index >= 0 {
		return &rerank.TruncationError{Index: p.owners[e.Index], Tokens: e.Tokens, Limit: e.Limit}
	}
	return err
}

// join makes results of documents of results of passages. The order stays: a
// document stands where its first passage stood. That is its best one, unless the
// order was made diverse, and then the best one still gives the score.
func (p *parts) join(resp *rerank.Response) {
	if p.owners == nil {
		return
	}
	docs := make([]rerank.Result, 0, len(p.docs))
	p.best = make([]int, len(p.docs))
	at := make([]int, len(p.docs)) // place in docs, counted from 1
	scored, cached := make([]bool, len(p.docs)), make([]bool, len(p.docs))
	for _, r := range resp.Results {
		owner := p.owners[r.Index]
		if at[owner] == 0 {
			p.best[owner] = r.Index - p.first[owner]
			scored[owner], cached[owner] = true, true
			r.Truncated = r.Truncated || p.cut[owner]
			docs = append(docs, r)
			at[owner] = len(docs)
			docs[at[owner]-1].Index = owner
		} else {
			d := &docs[at[owner]-1]
			cut := d.Truncated || r.Truncated
			if r.Stage.Scored() && (!d.Stage.Scored() || r.Score > d.Score) {
				p.best[owner] = r.Index - p.first[owner]
				*d = r
				d.Index = owner
			}
			d.Truncated = cut
		}
		scored[owner] = scored[owner] && r.Stage.Scored()
		cached[owner] = cached[owner] && r.Stage == rerank.StageCached
	}
	for _, d := range docs {
		if d.Stage.Scored() && !scored[d.Index] {
			p.partly++
		}
	}
	resp.Results, resp.ScoredDocuments, resp.CacheHits = docs, countTrue(scored), countTrue(cached)
	if extra := len(p.texts) - len(p.docs); extra > 0 {
		resp.Warnings = append(resp.Warnings, fmt.Sprintf("documents longer than the model reads were scored by their best passage: %d passages of %d documents", len(p.texts), len(p.docs)))
	}
}

func countTrue(flags []bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

// passage is the part of a document that gave it its score; nil for a document
// of one part.
func (p *parts) passage(doc int) *api.Passage {
	if p.owners == nil || len(p.spans[doc]) == 1 {
		return nil
	}
	text, s := p.docs[doc].Value, p.spans[doc][p.best[doc]]
	start := utf8.RuneCountInString(text[:s.Start])
	return &api.Passage{
		Index: p.best[doc], Count: len(p.spans[doc]),
		Start: start, End: start + utf8.RuneCountInString(text[s.Start:s.End]),
	}
}
