// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"github.com/quantumrerank/quantumrerank/reranker/engine/static"
)

// Distill sends every token of the model's vocabulary through the encoder and
// writes a table of static embeddings beside the model (see package static). It
// takes some ten seconds for a small model. progress may be nil; it is called
// from several goroutines. Auto takes nothing coarser than int16 here: a table is made once, and
// is used in every precision. A cancelled context ends it early, and leaves no file.
// A table that is there and fits is left alone unless anew is set; fresh is
// false then.
func Distill(ctx context.Context, dir string, anew bool, opt Options, progress func(done, total int)) (path string, fresh bool, err error) {
	path = filepath.Join(dir, static.FileName)
	opt.distilling = true
	e, err := Open(dir, opt)
	if err != nil {
		return "", false, err
	}
	from, err := originOf(dir, e.weights)
	if err == nil && (anew || !static.Fresh(path, from)) {
		fresh = true
		err = e.distill(ctx, path, from, progress)
	}
	if err = errors.Join(err, e.Close()); err != nil {
		return "", false, fmt.Errorf("distill %s: %w", dir, err)
	}
	return path, fresh, nil
}

// distillStep is how many tokens are prepared at a time.
const distillStep = 2048

func (e *Engine) distill(ctx context.Context, path string, from static.Origin, progress func(done, total int)) error {
	total, dim := e.model.Tokenizer.VocabSize(), e.encoder.Dim()
	vectors := make([]float32, total*dim)
	var done atomic.Int64
	for first := 0; first < total; first += distillStep {
		r, err := e.acquire(ctx)
		if err != nil {
			return err
		}
		e.addTokens(r, first, min(first+distillStep, total))
		r.deliver = func(w *worker, _ *request, place, i int) {
			w.arena.Pool(vectors[(first+i)*dim:][:dim], &w.batch, place)
			if n := done.Add(1); progress != nil && (n%512 == 0 || n == int64(total)) {
				progress(int(n), total)
			}
		}
		err = e.run(r)
		e.release(r)
		if err != nil {
			return err
		}
	}
	return static.Distill(path, from, vectors, dim)
}

// addTokens appends a sequence of one content token for each id in a range.
func (e *Engine) addTokens(r *request, first, end int) {
	frame, _ := e.model.Tokenizer.Encode(nil, "", 0)
	for id := first; id < end; id++ {
		start := len(r.ids)
		r.ids = append(r.ids, frame[:e.frame.before]...)
		r.ids = append(r.ids, int32(id))
		r.ids = append(r.ids, frame[e.frame.before:]...)
		n := len(r.ids) - start
		r.append(sequence{start: start, length: n, firstLen: n, total: n})
	}
}
