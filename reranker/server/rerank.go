// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/method"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
	"github.com/quantumrerank/quantumrerank/reranker/server/decode"
	"github.com/quantumrerank/quantumrerank/reranker/server/dialect"
)

// HeaderDegradation lets a caller choose for one request when an answer may
// leave documents unscored: Never, OnOverload or OnDeadline.
const HeaderDegradation = "X-Rerank-Degradation"

// HeaderTruncated tells how many documents were truncated, in every dialect:
// the answers of some have no place for it.
const HeaderTruncated = "X-Rerank-Truncated"

// HeaderWarnings tells how many warnings an answer has, for the same reason.
const HeaderWarnings = "X-Rerank-Warnings"

// rerank answers one rerank request: read, understand, judge, rank, render.
func (x *exchange) rerank(e dialect.Endpoint) error {
	wish, err := x.wish()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithDeadline(x.r.Context(), wish.latest)
	defer cancel()

	from := x.start
	body, release, err := readBody(x, wish, decode.ReadRerank)
	if err != nil {
		return err
	}
	defer release()
	from = x.mark("decode", from)

	d := e.Choose(body)
	x.dialect, x.renderError = d.Name, d.RenderError
	req, problem := d.Request(body)
	if problem != nil {
		return problem
	}
	x.documentsField = req.DocumentsField
	if violations := api.Check(req, d.Rules(x.limits())); len(violations) > 0 {
		return api.Invalid(violations)
	}
	x.mark("validate", from)
	x.fact(slog.Int("documents", len(req.Documents)), slog.Int("query_characters", req.Query.Characters))

	backend := x.s.backend.Load()
	parts, passages := backend.partsOf(req)
	resp, err := backend.Ranker.Rerank(ctx, rerank.Request{
		Query:        req.Query.Value,
		Documents:    parts.texts,
		Passages:     x.timed(passages),
		Method:       methodOf(req.Method),
		Priors:       req.Priors,
		Arrived:      x.start,
		Deadline:     wish.deadline,
		TruncateNone: req.Truncation == api.TruncateNone,
		Degradation:  wish.degradation,
	})
	if err != nil {
		return parts.blame(err)
	}
	parts.join(&resp)
	x.report(&resp.Report)
	answer := x.rerankAnswer(req, &resp, parts)
	x.tell(resp.Results, answer.Warnings)
	x.s.metrics.ObserveRerank(metrics.Rerank{
		Requested: answer.Method, Used: answer.MethodUsed, Duration: x.elapsed(),
		Documents: len(req.Documents), Scored: resp.ScoredDocuments,
		Truncated: countTruncated(resp.Results), Blank: countStage(resp.Results, rerank.StageBlank),
		CacheHits: resp.CacheHits, QueryTokens: resp.QueryTokens, DocumentTokens: resp.DocumentTokens,
		Degraded: resp.Degraded, DegradedReason: resp.DegradedReason,
	})
	return x.answer(http.StatusOK, d.Render(answer))
}

// timed makes a stage of the cutting.
func (x *exchange) timed(p *rerank.Passages) *rerank.Passages {
	if p == nil {
		return nil
	}
	return &rerank.Passages{Tokens: p.Tokens, Cut: func(ctx context.Context) ([]string, []int, error) {
		defer x.mark("cut", x.s.now())
		return p.Cut(ctx)
	}}
}

// wish is what the headers say about how to treat a request.
type wish struct {
	// latest ends the request; deadline is the caller's own wish, zero for none.
	latest, deadline time.Time
	degradation      rerank.Policy
}

func (x *exchange) wish() (wish, error) {
	limit := time.Duration(x.s.settings.Limits.RequestTimeoutMilliseconds) * time.Millisecond
	patience, problem := patience(x.r.Header, limit)
	if problem != nil {
		return wish{}, problem
	}
	w := wish{latest: x.start.Add(patience)}
	if patience < limit || x.r.Header.Get(HeaderTimeoutMs) != "" || x.r.Header.Get(HeaderTimeout) != "" {
		w.deadline = w.latest
	}
	if v := x.r.Header.Get(HeaderDegradation); v != "" {
		policy, err := rerank.ParsePolicy(v)
		if err != nil {
			return wish{}, api.NewProblem(api.CodeInvalidHeader, "header %s: want Never, OnOverload or OnDeadline", HeaderDegradation)
		}
		w.degradation = policy
	}
	return w, nil
}

// readBody reads the body with read, unless it is known before that w cannot be
// granted. The memory of the body is held until release is called.
func readBody[T any](x *exchange, w wish, read func(io.Reader, api.Limits) (*T, error)) (body *T, release func(), err error) {
	if door := x.s.backend.Load().Door; door != nil {
		if err := door(w.degradation, w.latest.Sub(x.s.now())); err != nil {
			return nil, nil, err
		}
	}
	if !w.deadline.IsZero() && w.deadline.Before(x.start.Add(transferTimeout)) {
		// Nobody waits for the answer to a body that comes later.
		_ = x.conn.SetReadDeadline(time.Now().Add(w.deadline.Sub(x.s.now())))
	}
	defer context.AfterFunc(x.r.Context(), x.stopReading)()
	limit := x.s.settings.Limits.MaxBodyBytes
	plain, err := openBody(x.w, x.r, limit)
	if err != nil {
		return nil, nil, x.bodyError(err, w)
	}
	held, err := newHolding(plain, x.r, x.s.backend.Load().Hold, limit)
	if err != nil {
		return nil, nil, err
	}
	body, err = read(held, x.limits())
	if err != nil {
		held.release()
		if held.err != nil {
			return nil, nil, held.err
		}
		return nil, nil, x.bodyError(err, w)
	}
	// The deadline was for the body; net/http goes on reading in order to see
	// the caller leave.
	_ = x.conn.SetReadDeadline(time.Time{})
	return body, held.release, nil
}

// stopReading ends the reading of a body when the pod has waited for it for long
// enough, so that its caller is told and does not see a connection break.
func (x *exchange) stopReading() {
	if x.drained() {
		_ = x.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// drained says that the request is cut short because the pod leaves.
func (x *exchange) drained() bool { return errors.Is(context.Cause(x.r.Context()), errDrained) }

// bodyError is what an error of reading the body is to the caller.
func (x *exchange) bodyError(err error, w wish) error {
	if x.drained() {
		return errDrained
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && !w.deadline.IsZero() && !x.s.now().Before(w.deadline) {
		return context.DeadlineExceeded
	}
	return decode.AsProblem(err)
}

func (x *exchange) limits() api.Limits {
	l := x.s.settings.Limits
	return api.Limits{
		MaxDocuments:          l.MaxDocuments,
		MaxQueryCharacters:    l.MaxQueryCharacters,
		MaxDocumentCharacters: l.MaxDocumentCharacters,
	}
}

func methodOf(name *string) method.Name {
	if name == nil {
		return ""
	}
	return method.Name(*name)
}

// report adds what the Ranker tells to the headers, the log line and the
// stages.
func (x *exchange) report(r *rerank.Report) {
	for _, t := range r.Timings {
		x.stages = append(x.stages, stage{t.Stage, t.Began, t.Duration})
	}
	h := x.w.Header()
	h.Set(contract.HeaderMethodUsed, string(r.MethodUsed))
	if r.Degraded {
		h.Set(contract.HeaderDegraded, r.DegradedReason)
	} else {
		h.Set(contract.HeaderDegraded, strconv.FormatBool(false))
	}
	x.fact(
		slog.String("method", string(r.MethodRequested)),
		slog.String("method_used", string(r.MethodUsed)),
		slog.Bool("degraded", r.Degraded),
		slog.String("degraded_reason", r.DegradedReason),
		slog.Int("scored_documents", r.ScoredDocuments),
		slog.Int("cache_hits", r.CacheHits),
		slog.Int("query_tokens", r.QueryTokens),
		slog.Int("document_tokens", r.DocumentTokens),
	)
}

// tell sets the headers for what not every dialect's answer has a place for.
func (x *exchange) tell(results []rerank.Result, warnings []string) {
	x.w.Header().Set(HeaderTruncated, strconv.Itoa(countTruncated(results)))
	x.w.Header().Set(HeaderWarnings, strconv.Itoa(len(warnings)))
}

// rerankAnswer joins the request and what the Ranker made of it.
func (x *exchange) rerankAnswer(req *api.Request, resp *rerank.Response, parts *parts) *api.Answer {
	top := len(resp.Results)
	if req.TopK != nil {
		top = int(*req.TopK)
	}
	a := &api.Answer{
		RequestID: x.id, Model: x.s.settings.Model.Name, Created: x.start,
		Results: make([]api.Result, top),
		TopK:    top, ReturnDocuments: req.ReturnDocuments, ReturnTokens: req.ReturnTokens,
		RawScores: req.RawScores, SearchUnits: (len(req.Documents) + 99) / 100,
		Method: string(resp.MethodRequested), MethodUsed: string(resp.MethodUsed),
		Degraded: resp.Degraded, DegradedReason: resp.DegradedReason,
		ScoredDocuments: resp.ScoredDocuments, CacheHits: resp.CacheHits,
		QueryTokens: resp.QueryTokens, DocumentTokens: resp.DocumentTokens,
		Warnings: append(req.Warnings, resp.Warnings...),
	}
	for i := range a.Results {
		a.Results[i] = resultOf(&resp.Results[i], req.Documents)
		a.Results[i].Passage = parts.passage(a.Results[i].Index)
	}
	if left := resp.LeftOut(); left != "" {
		a.Warnings = append(a.Warnings, left)
	}
	if n := parts.partly; n > 0 {
		a.Warnings = append(a.Warnings, fmt.Sprintf("%d of %d documents were scored by some of their passages only (%s)", n, len(req.Documents), resp.DegradedReason))
	}
	if n := countTruncated(resp.Results); n > 0 {
		a.Warnings = append(a.Warnings, fmt.Sprintf("%d of %d documents were truncated", n, len(req.Documents)))
	}
	a.Elapsed = x.elapsed()
	return a
}

func resultOf(r *rerank.Result, docs []api.Document) api.Result {
	return api.Result{
		Index: r.Index, Score: r.Score, Classical: r.Classical, Quantum: r.Quantum,
		ShotSD: r.ShotSD, Degenerate: r.Degenerate,
		Truncated: r.Truncated, Stage: string(r.Stage), Document: docs[r.Index],
	}
}

func countTruncated(results []rerank.Result) (n int) {
	for i := range results {
		if results[i].Truncated {
			n++
		}
	}
	return n
}

func countStage(results []rerank.Result, s rerank.Stage) (n int) {
	for i := range results {
		if results[i].Stage == s {
			n++
		}
	}
	return n
}
