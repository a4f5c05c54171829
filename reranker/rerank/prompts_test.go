// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package rerank_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// prompted ranks with a model that wants words before each text.
func prompted(t *testing.T) (*rerank.Ranker, *engine.Engine) {
	t.Helper()
	eng, err := engine.Open(filepath.Join(modeltest.Root(t), "reranker", "engine", "testdata", "tiny-bi-encoder"), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = eng.Close() })
	return rerank.New(eng, newScorer(t, method.Options{ModelDigest: eng.Info().Digest, Vocabulary: eng.Vocabulary()}), rerank.Options{Degradation: rerank.Never}), eng
}

func TestATextThatItsPromptMakesTooLongIsRefused(t *testing.T) {
	r, eng := prompted(t)
	limit := eng.Info().MaxTokens
	fits := limit - eng.CountTokens(engine.KindDocument, "")
	for words := fits - 1; words <= fits+2; words++ {
		text := strings.TrimSpace(strings.Repeat("a ", words))
		resp, err := r.Rerank(t.Context(), rerank.Request{Query: "river", Documents: []string{text}, Method: method.Classical, TruncateNone: true})
		var long *rerank.TruncationError
		switch {
		case words > fits && (!errors.As(err, &long) || long.Tokens != limit+words-fits || long.Limit != limit):
			t.Errorf("%d words of %d that fit: error %v", words, fits, err)
		case words <= fits && (err != nil || resp.Results[0].Truncated):
			t.Errorf("%d words of %d that fit: error %v, results %+v", words, fits, err, resp.Results)
		}
	}
}
