// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"testing"

	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/passage"
)

// Where the order is made diverse a document's best passage need not come first.
func TestTheBestPassageGivesTheScoreInAnyOrder(t *testing.T) {
	p := &parts{
		docs: make([]api.Document, 2), texts: make([]string, 3), owners: []int{0, 0, 1},
		spans: [][]passage.Span{{{Start: 0, End: 1}, {Start: 1, End: 2}}, {{Start: 0, End: 1}}}, first: []int{0, 2}, cut: make([]bool, 2),
	}
	resp := &rerank.Response{Results: []rerank.Result{
		{Index: 1, Score: 0.5, Stage: rerank.StageEncoded, Truncated: true},
		{Index: 2, Score: 0.8, Stage: rerank.StageCached},
		{Index: 0, Score: 0.9, Stage: rerank.StageEncoded},
	}}
	p.join(resp)
	got := resp.Results
	if len(got) != 2 || got[0].Index != 0 || got[0].Score != 0.9 || !got[0].Truncated || p.best[0] != 0 || got[1].Index != 1 || got[1].Score != 0.8 {
		t.Errorf("results %+v, best passages %v", got, p.best)
	}
	// A guess is no score, however high it is.
	resp = &rerank.Response{Results: []rerank.Result{
		{Index: 1, Score: 0.5, Stage: rerank.StageEncoded}, {Index: 2, Score: 0.4, Stage: rerank.StageEncoded}, {Index: 0, Score: 0.9, Stage: rerank.StagePrior},
	}}
	if p.join(resp); resp.Results[0].Score != 0.5 || p.best[0] != 1 {
		t.Errorf("results %+v, best passages %v", resp.Results, p.best)
	}
}
