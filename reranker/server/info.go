// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/openapi"
)

// Model describes the model that is served.
type Model struct {
	Name, Digest, Architecture string
	Dimensions, MaxTokens      int
	Precision, Kernel          string
	Threads                    int
	CrossEncoder               bool
}

// models lists the one model, as OpenAI's clients read it.
func (x *exchange) models() error {
	type entry struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Created int64  `json:"created"`
		OwnedBy string `json:"owned_by"`
		Root    string `json:"root"`
	}
	name := x.s.settings.Model.Name
	return x.answer(http.StatusOK, struct {
		Object string  `json:"object"`
		Data   []entry `json:"data"`
	}{"list", []entry{{name, "model", x.s.started.Unix(), "quantumrerank", name}}})
}

// infoBody is text-embeddings-inference's info with our own members behind.
type infoBody struct {
	ModelID         string `json:"model_id"`
	ModelSHA        string `json:"model_sha"`
	ModelDType      string `json:"model_dtype"`
	ServedModelName string `json:"served_model_name"`
	ModelType       any    `json:"model_type"`
	MaxConcurrent   int    `json:"max_concurrent_requests"`
	MaxInput        int    `json:"max_input_length"`
	MaxClientBatch  int    `json:"max_client_batch_size"`
	AutoTruncate    bool   `json:"auto_truncate"`
	Version         string `json:"version"`

	Method    string      `json:"method"`
	Methods   []string    `json:"methods"`
	ScoreKind string      `json:"score_kind"`
	Scoring   infoScoring `json:"scoring"`
	Limits    infoLimits  `json:"limits"`
	Engine    *infoEngine `json:"engine,omitempty"`
	Auth      bool        `json:"auth"`
	Warnings  []string    `json:"warnings"`
}

type infoLimits struct {
	MaxDocuments          int   `json:"max_documents"`
	MaxQueryCharacters    int   `json:"max_query_characters"`
	MaxDocumentCharacters int   `json:"max_document_characters"`
	MaxBodyBytes          int64 `json:"max_body_bytes"`
	RequestTimeoutMs      int   `json:"request_timeout_ms"`
}

// infoScoring is how the methods are configured, in the words of the settings.
type infoScoring struct {
	State                string `json:"state"`
	Rank                 int    `json:"rank"`
	Weights              string `json:"weights"`
	Encoding             string `json:"encoding"`
	Shots                int    `json:"shots"`
	Estimator            string `json:"estimator"`
	Seed                 int64  `json:"seed"`
	DepolarisingPercent  int    `json:"depolarising_percent"`
	Fusion               string `json:"fusion"`
	QuantumWeightPercent int    `json:"quantum_weight_percent"`
	LexicalWeightPercent int    `json:"lexical_weight_percent"`
	PriorWeightPercent   int    `json:"prior_weight_percent"`
	DiversifyPercent     int    `json:"diversify_percent"`
}

func scoringOf(s contract.Settings) infoScoring {
	q, h := s.Quantum, s.Hybrid
	return infoScoring{
		State: q.State, Rank: q.Rank, Weights: q.Weights, Encoding: q.Encoding,
		Shots: q.Shots, Estimator: q.Estimator, Seed: q.Seed, DepolarisingPercent: q.DepolarisingPercent,
		Fusion: h.Fusion, QuantumWeightPercent: *q.WeightPercent,
		LexicalWeightPercent: *h.LexicalWeightPercent, PriorWeightPercent: *h.PriorWeightPercent,
		DiversifyPercent: s.Diversify.StrengthPercent,
	}
}

// scoreKind says what a score is.
func scoreKind(s contract.Settings) string {
	if s.Hybrid.Fusion == contract.FusionRRF {
		return "number in [0, 1]; that of hybrid depends on the other documents, because it is made of ranks"
	}
	return "similarity in [0, 1], independent of the other documents"
}

// infoEngine describes how the model is run.
type infoEngine struct {
	Architecture string `json:"architecture"`
	Dimensions   int    `json:"dimensions"`
	MaxTokens    int    `json:"max_tokens"`
	Precision    string `json:"precision"`
	Kernel       string `json:"kernel"`
	Threads      int    `json:"threads"`
}

// info tells what is served and within which limits, so that clients can size
// their requests.
func (x *exchange) info() error {
	l := x.s.settings.Limits
	body := infoBody{
		ModelID:         x.s.settings.Model.Name,
		ServedModelName: x.s.settings.Model.Name,
		ModelType:       map[string]any{"reranker": map[string]any{"id2label": map[string]string{"0": "LABEL_0"}, "label2id": map[string]int{"LABEL_0": 0}}},
		MaxConcurrent:   l.MaxConcurrentRequests,
		MaxClientBatch:  l.MaxDocuments,
		AutoTruncate:    true,
		Version:         x.s.version,
		Method:          x.s.settings.Method,
		Methods:         api.Methods,
		ScoreKind:       scoreKind(x.s.settings),
		Scoring:         scoringOf(x.s.settings),
		Limits: infoLimits{
			l.MaxDocuments, l.MaxQueryCharacters, l.MaxDocumentCharacters, l.MaxBodyBytes, l.RequestTimeoutMilliseconds,
		},
		Auth:     x.s.keys != nil,
		Warnings: []string{},
	}
	if b := x.s.backend.Load(); b != nil {
		m := b.Model
		body.ModelSHA, body.ModelDType, body.MaxInput = m.Digest, m.Precision, m.MaxTokens
		if m.CrossEncoder {
			body.Methods = []string{contract.MethodClassical}
			body.ScoreKind = "probability of relevance in [0, 1], the logistic function of the model's logit"
		}
		body.Engine = &infoEngine{m.Architecture, m.Dimensions, m.MaxTokens, m.Precision, m.Kernel, m.Threads}
	}
	if x.s.keys == nil {
		body.Warnings = append(body.Warnings, "authentication is off: everybody who reaches this port may use it")
	}
	return x.answer(http.StatusOK, body)
}

// openAPI serves the description of this surface.
func (x *exchange) openAPI() error {
	x.send(http.StatusOK, typeJSON, openapi.Document)
	return nil
}
