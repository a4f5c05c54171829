// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/method"
)

// text is what is known of a text once it went through the encoder. It is
// shared and never changed.
type text struct {
	query    *method.Query    // of a query
	document *method.Document // of a document
	logit    *float64         // of a pair that was read together
	tokens   int
	cut      bool // the model read only the beginning
	size     int64
	// broken is why only the classical method can use it; nil for none. Such a
	// text is not cached.
	broken error
}

func (t *text) bytes() int64 { return t.size + int64(unsafe.Sizeof(*t)) }

// prepare makes a text of an encoding, which it does not keep. It fails where
// the encoder gave something that is not a vector.
func (r *Ranker) prepare(kind engine.Kind, enc *engine.Encoding) (*text, error) {
	if !finite(enc.Pooled) || !finite(enc.Tokens) {
		return nil, errNotFinite
	}
	t := &text{tokens: enc.UsedTokens, cut: enc.Truncated}
	f := method.Features{Pooled: enc.Pooled, Tokens: enc.Tokens, IDs: enc.IDs, Rows: enc.Rows, Dim: len(enc.Pooled)}
	if t.broken = r.features(t, kind, f); t.broken == nil {
		return t, nil
	}
	// The states cannot be prepared. Without tokens there is none, and the
	// classical method needs none.
	if err := r.features(t, kind, method.Features{Pooled: f.Pooled, Dim: f.Dim}); err != nil {
		return nil, err
	}
	return t, nil
}

func (r *Ranker) features(t *text, kind engine.Kind, f method.Features) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("preparing a text panicked: %v", v)
		}
	}()
	if kind == engine.KindQuery {
		t.query = r.scorer.PrepareQuery(f)
		t.size = int64(t.query.Bytes())
		return nil
	}
	t.document = r.scorer.PrepareDocument(f)
	t.size = int64(t.document.Bytes())
	return nil
}

var errNotFinite = fmt.Errorf("encoder gave a vector that is not finite")

// finite adds instead of comparing: a NaN or an infinity stays one in the sum
// of products with zero.
func finite(v []float32) bool {
	var sum float32
	for _, x := range v {
		sum += x * 0
	}
	return !math.IsNaN(float64(sum))
}
