// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package dialect

import (
	"slices"

	"github.com/quantumrerank/quantumrerank/reranker/server/decode"
)

var (
	documentsKey = []string{"documents"}
	textsKey     = []string{"texts"}
)

// Native is our own dialect.
var Native = &Dialect{
	Name: "native", Native: true, DocumentKeys: documentsKey, TopKey: "top_k",
	ReturnDocuments: true, Render: renderNative,
}

// The dialects of the routes at the root. Their errors have our own shape.
var (
	common = &Dialect{
		Name: "common", DocumentKeys: documentsKey, TopKey: "top_n",
		ReturnDocuments: true, Render: renderCommon,
	}
	voyageUnion = &Dialect{
		Name: "voyage", DocumentKeys: documentsKey, TopKey: "top_k", Render: renderVoyageUnion,
	}
	vllmUnion = &Dialect{
		Name: "common", DocumentKeys: documentsKey, TopKey: "top_n", ZeroTopKMeansAll: true,
		ReturnDocuments: true, Render: renderNative,
	}
	teiUnion = &Dialect{
		Name: "tei", DocumentKeys: textsKey, TopKey: "top_n", Render: renderTEI,
	}
	cohereV2Union = &Dialect{
		Name: "cohere", DocumentKeys: documentsKey, TopKey: "top_n", Render: renderNative,
	}
	mixedbreadUnion = &Dialect{
		Name: "mixedbread", DocumentKeys: []string{"input"}, TopKey: "top_k", Render: renderMixedbread,
	}
	nimUnion = &Dialect{
		Name: "nim", DocumentKeys: []string{"passages"}, TopKey: "top_k", Render: renderNIM,
	}
)

// The dialects of the mounts under /compat.
var (
	cohereV1 = &Dialect{
		Name: "cohere", DocumentKeys: documentsKey, TopKey: "top_n",
		Render: renderCohere("1"), RenderError: errorCohere,
	}
	cohereV2 = &Dialect{
		Name: "cohere", DocumentKeys: documentsKey, TopKey: "top_n",
		Render: renderCohere("2"), RenderError: errorCohere,
	}
	jina = &Dialect{
		Name: "jina", DocumentKeys: documentsKey, TopKey: "top_n",
		ReturnDocuments: true, Render: renderJina, RenderError: errorDetail,
	}
	voyage = &Dialect{
		Name: "voyage", DocumentKeys: documentsKey, TopKey: "top_k",
		Render: renderVoyage, RenderError: errorDetail,
	}
	mixedbread = &Dialect{
		Name: "mixedbread", DocumentKeys: []string{"input"}, TopKey: "top_k",
		Render: renderMixedbread, RenderError: errorMixedbread,
	}
	tei = &Dialect{
		Name: "tei", DocumentKeys: textsKey, TopKey: "top_n",
		Render: renderTEI, RenderError: errorTEI,
	}
	infinity = &Dialect{
		Name: "infinity", DocumentKeys: documentsKey, TopKey: "top_n",
		Render: renderInfinity, RenderError: errorInfinity,
	}
	vllm = &Dialect{
		Name: "vllm", DocumentKeys: documentsKey, TopKey: "top_n", ZeroTopKMeansAll: true,
		ReturnDocuments: true, Render: renderVLLM, RenderError: errorOpenAI,
	}
	llamaCppJina = &Dialect{
		Name: "llamacpp", DocumentKeys: documentsKey, TopKey: "top_n",
		Render: renderLlamaCpp, RenderError: errorLlamaCpp,
	}
	llamaCppTEI = &Dialect{
		Name: "llamacpp", DocumentKeys: textsKey, TopKey: "top_n",
		Render: renderTEI, RenderError: errorLlamaCpp,
	}
	nim = &Dialect{
		Name: "nim", DocumentKeys: []string{"passages"}, TopKey: "top_k",
		Render: renderNIM, RenderError: errorNIM,
	}
	xinference = &Dialect{
		Name: "xinference", DocumentKeys: documentsKey, TopKey: "top_n",
		Render: renderXinference, RenderError: errorDetail,
	}
)

// Names are the values that the label "dialect" can have.
var Names = []string{
	"native", "common", "cohere", "jina", "voyage", "mixedbread", "tei",
	"infinity", "vllm", "llamacpp", "nim", "xinference", "none",
}

// Endpoint is one route that takes a rerank request.
type Endpoint struct {
	// Path is a pattern of net/http.ServeMux without the method.
	Path string
	// Choose finds the dialect of a body.
	Choose Chooser
	// Fallback is the dialect of errors before the body is understood.
	Fallback *Dialect
}

// Endpoints is every route that takes a rerank request.
var Endpoints = []Endpoint{
	{"/v1/rerank", v1Rerank, Native},
	{"/v2/rerank", only(cohereV2Union), cohereV2Union},
	{"/rerank", rerank, common},
	{"/v1/reranking", v1Reranking, common},
	{"/reranking", rerank, common},
	{"/v1/ranking", only(nimUnion), nimUnion},
	{"/v1/retrieval/{owner}/{model}/reranking", only(nimUnion), nimUnion},
	{"/v1/retrieval/{model}/reranking", only(nimUnion), nimUnion},

	{"/compat/cohere/v1/rerank", only(cohereV1), cohereV1},
	{"/compat/cohere/v2/rerank", only(cohereV2), cohereV2},
	{"/compat/jina/v1/rerank", only(jina), jina},
	{"/compat/voyage/v1/rerank", only(voyage), voyage},
	{"/compat/mixedbread/v1/reranking", only(mixedbread), mixedbread},
	{"/compat/tei/rerank", only(tei), tei},
	{"/compat/infinity/rerank", only(infinity), infinity},
	{"/compat/vllm/rerank", only(vllm), vllm},
	{"/compat/vllm/v1/rerank", only(vllm), vllm},
	{"/compat/vllm/v2/rerank", only(vllm), vllm},
	{"/compat/llamacpp/rerank", llamaCpp, llamaCppJina},
	{"/compat/llamacpp/reranking", llamaCpp, llamaCppJina},
	{"/compat/llamacpp/v1/rerank", llamaCpp, llamaCppJina},
	{"/compat/llamacpp/v1/reranking", llamaCpp, llamaCppJina},
	{"/compat/nim/v1/ranking", only(nim), nim},
	{"/compat/xinference/v1/rerank", only(xinference), xinference},
}

// Dialects lists the names of the dialects that e's requests may be in.
func (e Endpoint) Dialects() []string {
	probe := func(keys ...string) *decode.Rerank {
		b := &decode.Rerank{Keys: map[string]bool{}}
		for _, key := range keys {
			b.Keys[key] = true
		}
		return b
	}
	names := []string{e.Fallback.Name}
	for _, b := range []*decode.Rerank{
		probe(), probe("texts"), probe("method"), probe("truncation"), probe("model"), probe("input"),
	} {
		if name := e.Choose(b).Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
