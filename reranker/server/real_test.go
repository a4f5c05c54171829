// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine"
	"github.com/quantumrerank/quantumrerank/reranker/engine/modeltest"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
)

// realPod serves the default model.
func realPod(t *testing.T) *pod {
	t.Helper()
	eng, err := engine.Open(modeltest.Dir(t), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	scorer, err := method.NewScorer(method.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ranker := rerank.New(eng, scorer, rerank.Options{Degradation: rerank.Never})
	p := newPod()
	b := p.backend()
	b.Ranker, b.SelfTest, b.CountTokens = ranker, ranker.SelfTest, func(s string) int { return eng.CountTokens(engine.KindDocument, s) }
	b.Model.MaxTokens = eng.Info().MaxTokens
	p.Start(b)
	return p
}

func TestTheRealModelAnswersOverHTTP(t *testing.T) {
	t.Parallel()
	p := realPod(t)
	for _, m := range method.Names() {
		w := p.post(t, "/v1/rerank", `{"query":"What is machine learning?","method":"`+string(m)+`","documents":[`+
			`"Python is a programming language","Machine learning is a subset of AI","Bread is baked in an oven",`+
			`"Deep learning uses neural networks"]}`)
		body := object(t, w.Body)
		if w.Code != http.StatusOK || body["method_used"] != string(m) || body["scored_documents"] != 4.0 || body["degraded"] != false {
			t.Fatalf("%s: status %d, body %v", m, w.Code, body)
		}
		results, _ := body["results"].([]any)
		first, _ := results[0].(map[string]any)
		last, _ := results[3].(map[string]any)
		if first["index"] != 1.0 || last["index"] != 2.0 {
			t.Errorf("%s: first is %v, last is %v", m, first, last)
		}
	}
	w := p.post(t, "/v1/similarity", `{"text_1":"a cat sat on the mat","text_2":["a cat was sitting on the mat","stock markets fell"],"method":"classical"}`)
	data, _ := object(t, w.Body)["data"].([]any)
	near, _ := data[0].(map[string]any)["score"].(float64)
	far, _ := data[1].(map[string]any)["score"].(float64)
	if !(near > 0.8 && near > far) {
		t.Errorf("similarities %v and %v", near, far)
	}
}

// TestTheEndOfALongDocumentIsFoundByItsPassage hides the answer where the
// model does not read.
func TestTheEndOfALongDocumentIsFoundByItsPassage(t *testing.T) {
	t.Parallel()
	p := realPod(t)
	long := strings.Repeat("The harbour was quiet and the boats lay still in the fog. ", 60) + "Machine learning is a subset of AI."
	body := `{"query":"What is machine learning?","method":"hybrid","documents":["Statistics studies data","` + long + `"]`
	read := func(fields string) (index any, truncated string, passage map[string]any) {
		w := p.post(t, "/v1/rerank", body+fields+`}`)
		results, _ := object(t, w.Body)["results"].([]any)
		if w.Code != http.StatusOK || len(results) != 2 {
			t.Fatalf("status %d", w.Code)
		}
		first, _ := results[0].(map[string]any)
		metadata, _ := first["metadata"].(map[string]any)
		passage, _ = metadata["passage"].(map[string]any)
		return first["index"], w.Header().Get("X-Rerank-Truncated"), passage
	}
	if index, truncated, _ := read(""); index != 0.0 || truncated != "1" {
		t.Errorf("by its beginning: first is %v, %s truncated", index, truncated)
	}
	index, truncated, passage := read(`,"max_chunks_per_doc":10,"overlap_tokens":40`)
	if index != 1.0 || truncated != "0" || passage["end"] != float64(len(long)) || passage["index"] != passage["count"].(float64)-1 {
		t.Errorf("by its passages: first is %v, %s truncated, passage %v of %d characters", index, truncated, passage, len(long))
	}
}

func TestDialectsRankTheRealModelAlike(t *testing.T) {
	t.Parallel()
	p := realPod(t)
	const list = `["Bread is baked in an oven","", "Machine learning is a subset of AI","Statistics studies data"]`
	native := object(t, p.post(t, "/rerank", `{"model":"m","query":"What is machine learning?","documents":`+list+`}`).Body)
	want := indexes(native["results"])
	if len(want) != 4 || want[0] != 2.0 || want[3] != 1.0 {
		t.Fatalf("order %v: %v", want, native)
	}
	for path, tc := range map[string]struct{ key, list string }{
		"/compat/cohere/v2/rerank":        {"documents", "results"},
		"/compat/jina/v1/rerank":          {"documents", "results"},
		"/compat/voyage/v1/rerank":        {"documents", "data"},
		"/compat/mixedbread/v1/reranking": {"input", "data"},
		"/compat/vllm/rerank":             {"documents", "results"},
		"/compat/nim/v1/ranking":          {"passages", "rankings"},
	} {
		w := p.post(t, path, `{"model":"m","query":"What is machine learning?","`+tc.key+`":`+list+`}`)
		got := indexes(object(t, w.Body)[tc.list])
		if len(got) != len(want) {
			t.Fatalf("%s: %v", path, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: order %v, want %v", path, got, want)
				break
			}
		}
	}
}

func TestFirstStageScoresAreMixedIn(t *testing.T) {
	t.Parallel()
	p := realPod(t)
	const body = `{"query":"ocean tides","method":"hybrid","documents":["the tides of the sea","bread is baked","` +
		// The last document is cut to passages, which share its prior.
		`the water of the ocean rises and falls"],"max_chunks_per_doc":3,"max_tokens_per_doc":100`
	scores := func(more string) map[any]float64 {
		w := p.post(t, "/v1/rerank", body+more)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d, %s", more, w.Code, w.Body)
		}
		got := map[any]float64{}
		results, _ := object(t, w.Body)["results"].([]any)
		for _, r := range results {
			m, _ := r.(map[string]any)
			got[m["index"]], _ = m["relevance_score"].(float64)
		}
		return got
	}
	without, low, high := scores(`,"priors":null}`), scores(`,"priors":[10,0,0]}`), scores(`,"priors":[10,0,20]}`)
	if !(high[2.0] > low[2.0]) || high[1.0] != low[1.0] || !(high[0.0] < low[0.0]) {
		t.Errorf("priors were not heard: %v with little, %v with much", low, high)
	}
	if cmp.Equal(without, low) {
		t.Errorf("priors changed nothing: %v", low)
	}
}

func indexes(list any) []any {
	var out []any
	results, _ := list.([]any)
	for _, r := range results {
		m, _ := r.(map[string]any)
		out = append(out, m["index"])
	}
	return out
}

func TestDetailedHealthRunsTheRealEngine(t *testing.T) {
	t.Parallel()
	w := realPod(t).do(t, http.MethodGet, "/health/detailed", "")
	body := object(t, w.Body)
	checks, _ := body["checks"].(map[string]any)
	check, _ := checks["quantum_engine"].(map[string]any)
	ms, _ := check["response_time_ms"].(float64)
	similarity, _ := check["similarity"].(float64)
	if w.Code != http.StatusOK || check["status"] != "ok" || ms <= 0 || similarity < 0.84 || similarity > 0.86 {
		t.Errorf("status %d, body %v", w.Code, body)
	}
}

// The metrics know every stage that a request tells; one that they do not know
// would be counted as "other".
func TestEveryStageIsOneOfTheMetrics(t *testing.T) {
	t.Parallel()
	p := realPod(t)
	long := strings.Repeat("The harbour was quiet. ", 200)
	for _, policy := range []string{"Never", "OnDeadline"} {
		w := p.post(t, "/v1/rerank", `{"query":"harbour","method":"hybrid","max_chunks_per_doc":9,"documents":["a boat","`+long+`"]}`, HeaderDegradation, policy)
		timing := w.Header().Get("Server-Timing")
		for _, stage := range []string{"decode", "validate", "cut", "cache", "queue", "encode", "score", "sort", "render"} {
			if !strings.Contains(timing, stage+";dur=") {
				t.Errorf("no stage %s in %q", stage, timing)
			}
		}
	}
	told := p.stagesTold(t)
	for _, stage := range metrics.Stages {
		if (told[stage] == 0) != (stage == "other") {
			t.Errorf("stage %s was told %d times", stage, told[stage])
		}
	}
}

// stagesTold is how often the metrics have seen each stage.
func (p *pod) stagesTold(t *testing.T) map[string]uint64 {
	t.Helper()
	families, err := p.metrics.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]uint64{}
	for _, f := range families {
		if f.GetName() != "quantumrerank_stage_duration_seconds" {
			continue
		}
		for _, m := range f.GetMetric() {
			told[m.GetLabel()[0].GetValue()] = m.GetHistogram().GetSampleCount()
		}
	}
	return told
}
