// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import "github.com/quantumrerank/quantumrerank/reranker/server/api"

func relevances(a *api.Answer, document func(*api.Answer, *api.Result) any) []relevance {
	return each(a, func(r *api.Result) relevance {
		return relevance{r.Index, score(a, r), document(a, r)}
	})
}

func noDocument(*api.Answer, *api.Result) any { return nil }

func renderCohere(apiVersion string) func(*api.Answer) any {
	return func(a *api.Answer) any {
		document := echo
		if apiVersion == "2" {
			document = noDocument
		}
		return struct {
			ID      string      `json:"id"`
			Results []relevance `json:"results"`
			Meta    meta        `json:"meta"`
		}{a.RequestID, relevances(a, document), metaOf(a, apiVersion)}
	}
}

func renderJina(a *api.Answer) any {
	return struct {
		Model   string      `json:"model"`
		Object  string      `json:"object"`
		Usage   usage       `json:"usage"`
		Results []relevance `json:"results"`
	}{a.Model, "list", usageOf(a), relevances(a, echo)}
}

type voyageResult struct {
	Index    int     `json:"index"`
	Score    float64 `json:"relevance_score"`
	Document *string `json:"document,omitempty"`
}

func voyageResults(a *api.Answer) []voyageResult {
	return each(a, func(r *api.Result) voyageResult {
		return voyageResult{r.Index, r.Score, echoText(a, r)}
	})
}

func renderVoyage(a *api.Answer) any {
	return struct {
		Object string         `json:"object"`
		Data   []voyageResult `json:"data"`
		Model  string         `json:"model"`
		Usage  usage          `json:"usage"`
	}{"list", voyageResults(a), a.Model, usageOf(a)}
}

type mixedbreadResult struct {
	Index  int     `json:"index"`
	Score  float64 `json:"score"`
	Input  any     `json:"input,omitempty"`
	Object string  `json:"object"`
}

func renderMixedbread(a *api.Answer) any {
	return struct {
		Usage       usage              `json:"usage"`
		Model       string             `json:"model"`
		Data        []mixedbreadResult `json:"data"`
		Object      string             `json:"object"`
		TopK        int                `json:"top_k"`
		ReturnInput bool               `json:"return_input"`
	}{
		usageOf(a), a.Model,
		each(a, func(r *api.Result) mixedbreadResult {
			return mixedbreadResult{r.Index, r.Score, echoAsSent(a, r), "rank_result"}
		}),
		"list", a.TopK, a.ReturnDocuments,
	}
}

type teiResult struct {
	Index int     `json:"index"`
	Score float64 `json:"score"`
	Text  *string `json:"text,omitempty"`
}

func renderTEI(a *api.Answer) any {
	return each(a, func(r *api.Result) teiResult {
		return teiResult{r.Index, score(a, r), echoText(a, r)}
	})
}

type infinityResult struct {
	Score    float64 `json:"relevance_score"`
	Index    int     `json:"index"`
	Document *string `json:"document,omitempty"`
}

func renderInfinity(a *api.Answer) any {
	return struct {
		Object  string           `json:"object"`
		Results []infinityResult `json:"results"`
		Model   string           `json:"model"`
		Usage   usage            `json:"usage"`
		ID      string           `json:"id"`
		Created int64            `json:"created"`
	}{
		"rerank",
		each(a, func(r *api.Result) infinityResult {
			return infinityResult{score(a, r), r.Index, echoText(a, r)}
		}),
		a.Model, usageOf(a), a.RequestID, a.Created.Unix(),
	}
}

type vllmDocument struct {
	Text       string `json:"text"`
	MultiModal any    `json:"multi_modal"`
}

type vllmResult struct {
	Index    int          `json:"index"`
	Document vllmDocument `json:"document"`
	Score    float64      `json:"relevance_score"`
}

// renderVLLM always returns the documents, as that server does.
func renderVLLM(a *api.Answer) any {
	return struct {
		ID      string       `json:"id"`
		Model   string       `json:"model"`
		Usage   usage        `json:"usage"`
		Results []vllmResult `json:"results"`
	}{
		a.RequestID, a.Model, usageOf(a),
		each(a, func(r *api.Result) vllmResult {
			return vllmResult{r.Index, vllmDocument{Text: r.Document.Value}, r.Score}
		}),
	}
}

func renderLlamaCpp(a *api.Answer) any {
	return struct {
		Model   string      `json:"model"`
		Object  string      `json:"object"`
		Usage   usage       `json:"usage"`
		Results []relevance `json:"results"`
	}{a.Model, "list", usageOf(a), relevances(a, noDocument)}
}

type nimRanking struct {
	Index int     `json:"index"`
	Logit float64 `json:"logit"`
}

func renderNIM(a *api.Answer) any {
	return struct {
		Rankings []nimRanking `json:"rankings"`
		Usage    usage        `json:"usage"`
	}{
		each(a, func(r *api.Result) nimRanking { return nimRanking{r.Index, logit(r.Score)} }),
		usageOf(a),
	}
}

func renderXinference(a *api.Answer) any {
	m := metaOf(a, "1")
	if !a.ReturnTokens {
		m.Tokens = nil
	}
	return struct {
		ID      string      `json:"id"`
		Results []relevance `json:"results"`
		Meta    meta        `json:"meta"`
	}{a.RequestID, relevances(a, echo), m}
}
