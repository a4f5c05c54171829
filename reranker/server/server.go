// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
	"github.com/quantumrerank/quantumrerank/reranker/guard/quota"
	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/metrics"
	"github.com/quantumrerank/quantumrerank/reranker/rerank"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// Ranker is the request path behind the HTTP surface. *rerank.Ranker is one.
type Ranker interface {
	Rerank(context.Context, rerank.Request) (rerank.Response, error)
	Similarity(context.Context, rerank.SimilarityRequest) (rerank.SimilarityResponse, error)
}

// Keys tells who a caller is. *auth.Ring is one.
type Keys interface {
	// Identify returns the name of the key, ok false for an unknown one.
	Identify(token string) (name string, ok bool)
}

// Backend is what exists once the model is loaded.
type Backend struct {
	Ranker Ranker
	Model  Model
	// SelfTest runs the golden pair; Breakers may be nil.
	SelfTest health.SelfTest
	Breakers func() map[string]health.Breaker
	// WarmUp makes ready what the self-test has found to be right; may be nil.
	WarmUp func(context.Context) error
	// Door says whether a request of the given policy and patience would be
	// refused whatever stands in its body; nil lets everybody in.
	Door func(policy rerank.Policy, patience time.Duration) error
	// Hold reserves memory for a body of so many bytes before it is read, or
	// says that there is none; nil always grants it.
	Hold func(bytes int64) (release func(), err error)
	// CountTokens counts the tokens of a document, those that frame it included;
	// nil leaves long documents to the Ranker, which reads their beginning.
	CountTokens func(document string) int
	// Close is called when the last request is finished; may be nil.
	Close func() error
}

// Options configure a Server.
type Options struct {
	// Settings must be effective: no field may stand for "the default".
	Settings contract.Settings
	// Version is the version of the build.
	Version string
	// Log receives one line for each request.
	Log *slog.Logger
	// Metrics must have been made with MetricRoutes.
	Metrics *metrics.Metrics
	// Memory reads the memory in use and its limit.
	Memory func() (health.Memory, error)
	// Keys is nil when everybody may use the server.
	Keys Keys
	// Quotas bound what each key may use; nil for no bounds.
	Quotas *quota.Book
	// NoPage switches the page at "/" off.
	NoPage bool
	// Traces makes the spans of requests; nil makes none.
	Traces trace.TracerProvider
	// Now is time.Now unless set.
	Now func() time.Time
}

// Server is the HTTP surface of a pod.
type Server struct {
	settings contract.Settings
	version  string
	log      *slog.Logger
	metrics  *metrics.Metrics
	keys     Keys
	quotas   *quota.Book
	noPage   bool
	traces   trace.TracerProvider
	now      func() time.Time
	started  time.Time

	state   *health.State
	health  *health.Checker
	backend atomic.Pointer[Backend]
	active  atomic.Int64
	// closing is set when nothing new is accepted any more.
	closing atomic.Bool
}

// New returns a server that is loading.
func New(opt Options) *Server {
	s := &Server{
		settings: opt.Settings, version: opt.Version, log: opt.Log,
		metrics: opt.Metrics, keys: opt.Keys, quotas: opt.Quotas, noPage: opt.NoPage, traces: opt.Traces, now: opt.Now,
		state: new(health.State),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.started = s.now()
	s.health = health.New(s.state, opt.Memory)
	s.health.Now = s.now
	s.health.OnSelfTest = s.metrics.CountSelfTest
	codes := api.Codes()
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = string(c)
	}
	s.metrics.DeclareProblems(names)
	return s
}

// Step names what the pod is doing while it loads.
func (s *Server) Step(step string) { s.state.Step(step) }

// Start makes the server ready to serve with b.
func (s *Server) Start(b *Backend) {
	s.backend.Store(b)
	s.health.SetEngine(health.Engine{SelfTest: b.SelfTest, Breakers: b.Breakers})
	s.metrics.SetModel(b.Model.Name, b.Model.Digest, b.Model.Precision)
	if s.state.Advance(health.Serving) {
		s.metrics.SetReady(true)
		s.metrics.SetWarmup(s.now().Sub(s.started))
	}
}

// drain makes the server not ready. It keeps answering.
func (s *Server) drain() {
	s.state.Advance(health.Draining)
	s.metrics.SetReady(false)
	s.metrics.SetDraining(true)
}

// admits reports why no work is accepted. A draining server still works: its
// endpoints may be in somebody's list for some seconds.
func (s *Server) admits() error {
	if s.closing.Load() {
		s.metrics.CountShed("draining")
		return api.NewProblem(api.CodeDraining, "the server is shutting down")
	}
	if s.backend.Load() == nil {
		_, step := s.state.Phase()
		s.metrics.CountShed("loading")
		return api.NewProblem(api.CodeLoading, "not ready: loading: %s", step)
	}
	return nil
}

// Active returns the number of requests being answered.
func (s *Server) Active() int64 { return s.active.Load() }
