// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// methods are the values of the labels about methods; "lexical" can only be
// used, as the last rung of degradation, never asked for.
var (
	methods     = []string{contract.MethodClassical, contract.MethodQuantum, contract.MethodHybrid}
	methodsUsed = append([]string{"lexical", "none"}, methods...)
)

// Outcomes of one document.
const (
	OutcomeScored    = "scored"
	OutcomeTruncated = "truncated"
	OutcomePrior     = "prior"
	OutcomeBlank     = "blank"
)

// Reasons why an answer is degraded or a request was refused.
var (
	degradedReasons = []string{"deadline", "overload", "breaker", "memory", "other"}
	shedReasons     = []string{"queue_full", "deadline", "memory", "byte_budget", contract.ShedDraining, contract.ShedLoading, "other"}
)

// Stages are the values of the label "stage". The last one is for what is not
// among the others, so that a mistake shows.
var Stages = []string{"decode", "validate", "cut", "queue", "encode", "prior", "cache", "score", "sort", "render", "other"}

// workMetrics is what the server does for its callers.
type workMetrics struct {
	// batch is the largest number of documents that the target is about.
	batch      int
	rerank     *prometheus.HistogramVec
	documents  *prometheus.HistogramVec
	outcomes   *prometheus.CounterVec
	similarity *prometheus.HistogramVec
	stage      *prometheus.HistogramVec
	tokens     *prometheus.CounterVec
	cacheHits  prometheus.Counter
	degraded   *prometheus.CounterVec
	fallback   *prometheus.CounterVec
	shed       *prometheus.CounterVec
	deadline   prometheus.Counter
	cancelled  prometheus.Counter
	auth       prometheus.Counter
}

func newWorkMetrics(f factory, opt Options) workMetrics {
	m := workMetrics{
		batch: opt.BatchTarget,
		rerank: f.histogram("rerank_duration_seconds",
			"Time of answered rerank requests on the server, waiting included.",
			latencyBounds(opt.RerankTarget), "method_requested", "method_used", contract.MetricLabelBatch),
		documents: f.histogram("rerank_documents", "Documents of answered rerank requests.",
			[]float64{1, 5, 10, 25, 50, 100, 250, 500, 1000}, "method_used"),
		outcomes: f.counter("rerank_documents_total",
			"Documents of answered rerank requests, by what happened to them.", "method_used", "outcome"),
		similarity: f.histogram("similarity_duration_seconds",
			"Time of answered similarity requests on the server, waiting included.",
			latencyBounds(opt.SimilarityTarget), "method_used"),
		stage: f.histogram("stage_duration_seconds", "Time of one stage of a request.",
			latencyBounds(), "stage"),
		tokens:    f.counter("tokens_total", "Tokens of answered requests.", "kind"),
		cacheHits: f.counter("document_cache_hits_total", "Documents whose vectors were known.").WithLabelValues(),
		degraded: f.counter("degraded_total",
			"Answers that are not all that was asked for, by reason.", "reason"),
		fallback: f.counter("fallback_total",
			"Answers by another method than the one asked for.", "from", "to", "reason"),
		shed:      f.counter("shed_total", "Requests refused to protect the others, by reason.", "reason"),
		deadline:  f.counter("deadline_exceeded_total", "Requests whose deadline passed unanswered.").WithLabelValues(),
		cancelled: f.counter("cancelled_total", "Requests whose caller left before the answer.").WithLabelValues(),
		auth:      f.counter("auth_failures_total", "Requests without a valid key.").WithLabelValues(),
	}
	m.create()
	return m
}

// create makes every series exist.
func (m *workMetrics) create() {
	for _, used := range methodsUsed {
		m.documents.WithLabelValues(used)
		m.similarity.WithLabelValues(used)
		for _, asked := range methods {
			m.rerank.WithLabelValues(asked, used, contract.BatchTarget)
			m.rerank.WithLabelValues(asked, used, contract.BatchLarger)
			if used != asked {
				for _, reason := range degradedReasons {
					m.fallback.WithLabelValues(asked, used, reason)
				}
			}
		}
		for _, outcome := range []string{OutcomeScored, OutcomeTruncated, OutcomePrior, OutcomeBlank} {
			m.outcomes.WithLabelValues(used, outcome)
		}
	}
	for _, stage := range Stages {
		m.stage.WithLabelValues(stage)
	}
	for _, kind := range []string{"query", "document"} {
		m.tokens.WithLabelValues(kind)
	}
	for _, reason := range degradedReasons {
		m.degraded.WithLabelValues(reason)
	}
	for _, reason := range shedReasons {
		m.shed.WithLabelValues(reason)
	}
}

// Rerank is what is counted of one answered rerank request.
type Rerank struct {
	Requested, Used             string
	Duration                    time.Duration
	Documents, Scored           int
	Truncated, Blank, CacheHits int
	QueryTokens, DocumentTokens int
	Degraded                    bool
	DegradedReason              string
}

// ObserveRerank counts one answered rerank request.
func (m *Metrics) ObserveRerank(r Rerank) {
	w, used := &m.work, closed(r.Used, methodsUsed, "none")
	requested := closed(r.Requested, methods, contract.DefaultMethod)
	w.rerank.WithLabelValues(requested, used, w.batchOf(r.Documents)).Observe(r.Duration.Seconds())
	w.documents.WithLabelValues(used).Observe(float64(r.Documents))
	w.outcomes.WithLabelValues(used, OutcomeScored).Add(float64(r.Scored))
	w.outcomes.WithLabelValues(used, OutcomeTruncated).Add(float64(r.Truncated))
	w.outcomes.WithLabelValues(used, OutcomeBlank).Add(float64(r.Blank))
	w.outcomes.WithLabelValues(used, OutcomePrior).Add(float64(max(0, r.Documents-r.Scored-r.Blank)))
	w.tokens.WithLabelValues("query").Add(float64(r.QueryTokens))
	w.tokens.WithLabelValues("document").Add(float64(r.DocumentTokens))
	w.cacheHits.Add(float64(r.CacheHits))
	m.countDegraded(requested, used, r.Degraded, r.DegradedReason)
}

// batchOf tells reranks that the target is about from larger ones.
func (m *workMetrics) batchOf(documents int) string {
	if m.batch > 0 && documents > m.batch {
		return contract.BatchLarger
	}
	return contract.BatchTarget
}

// ObserveSimilarity counts one answered similarity request.
func (m *Metrics) ObserveSimilarity(requested, used string, d time.Duration, degraded bool, reason string) {
	used = closed(used, methodsUsed, "none")
	m.work.similarity.WithLabelValues(used).Observe(d.Seconds())
	m.countDegraded(closed(requested, methods, contract.DefaultMethod), used, degraded, reason)
}

func (m *Metrics) countDegraded(requested, used string, degraded bool, reason string) {
	if !degraded {
		return
	}
	reason = closed(reason, degradedReasons, "other")
	m.work.degraded.WithLabelValues(reason).Inc()
	if used != requested {
		m.work.fallback.WithLabelValues(requested, used, reason).Inc()
	}
}

// ObserveStage records the time of one stage of a request.
func (m *Metrics) ObserveStage(stage string, d time.Duration) {
	m.work.stage.WithLabelValues(closed(stage, Stages, "other")).Observe(d.Seconds())
}

// CountShed counts one request that was refused to protect the others.
func (m *Metrics) CountShed(reason string) {
	m.work.shed.WithLabelValues(closed(reason, shedReasons, "other")).Inc()
}

// CountDeadline counts one request whose deadline passed unanswered.
func (m *Metrics) CountDeadline() { m.work.deadline.Inc() }

// CountCancelled counts one request whose caller left before the answer.
func (m *Metrics) CountCancelled() { m.work.cancelled.Inc() }

// CountAuthFailure counts one request without a valid key.
func (m *Metrics) CountAuthFailure() { m.work.auth.Inc() }

// closed keeps a label inside its set, whatever another package says.
func closed(value string, set []string, other string) string {
	for _, v := range set {
		if v == value {
			return v
		}
	}
	return other
}
