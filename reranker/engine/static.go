// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/quantumrerank/quantumrerank/reranker/engine/model"
	"github.com/quantumrerank/quantumrerank/reranker/engine/static"
)

// openStatic opens the table of static embeddings, nil where the model's
// directory has none. A table of other weights or a damaged one is an error: it
// would rank wrongly.
func openStatic(dir string, w *weights) (*static.Table, error) {
	path := filepath.Join(dir, static.FileName)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	from, err := originOf(dir, w)
	if err != nil {
		return nil, err
	}
	t, err := static.Open(path, from)
	if err != nil {
		return nil, fmt.Errorf("%w; \"reranker model distill %s\" makes it anew, without the file there are no static scores", err, dir)
	}
	return t, nil
}

// originOf is what a table of the model is distilled from.
func originOf(dir string, w *weights) (o static.Origin, err error) {
	o = static.Origin{Weights: w.model.Digest(), Tokenizer: w.tokenizer, Pooling: string(w.model.Config.Pooling)}
	if o.Tokenizer == "" {
		o.Tokenizer, err = fileDigest(filepath.Join(dir, model.TokenizerFile))
	}
	return o, err
}

func (e *Engine) staticTokens() int {
	if e.static == nil {
		return 0
	}
	return e.static.Tokens()
}

// comparison is the memory of one call of StaticScores.
type comparison struct {
	ids         []int32
	query, text []float32
}

// StaticScores appends to dst the cosine of query and each text between their
// static embeddings: sums of vectors of their tokens, looked up in a table that
// was distilled from the model. That takes microseconds, all of a text counts
// however long it is, and nothing is allocated but what dst lacks. A text
// without known tokens has cosine 0. The answer is false where the model's
// directory has no table.
func (e *Engine) StaticScores(query string, texts []string, dst []float64) ([]float64, bool) {
	e.open.RLock()
	defer e.open.RUnlock()
	if e.static == nil || e.closed {
		return dst, false
	}
	c, _ := e.comparisons.Get().(*comparison)
	if c == nil {
		c = &comparison{query: make([]float32, e.static.Dim()), text: make([]float32, e.static.Dim())}
	}
	e.staticVector(c, c.query, query)
	for _, text := range texts {
		e.staticVector(c, c.text, text)
		dst = append(dst, static.Cosine(c.query, c.text))
	}
	e.comparisons.Put(c)
	return dst, true
}

// staticVector writes the static embedding of a text to dst.
func (e *Engine) staticVector(c *comparison, dst []float32, text string) {
	c.ids, _ = e.model.Tokenizer.Encode(c.ids[:0], text, 0)
	e.static.Sum(dst, c.ids[e.frame.before:len(c.ids)-e.frame.after])
}
