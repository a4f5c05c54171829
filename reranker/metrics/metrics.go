// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the name of every metric of a pod.
const namespace = "quantumrerank"

// Options say what the metrics are about.
type Options struct {
	// Version and Revision of the build.
	Version, Revision string
	// RerankTarget and SimilarityTarget are the latency targets; each becomes
	// a bound of the histograms and a series of slo_target_seconds.
	RerankTarget, SimilarityTarget time.Duration
	// BatchTarget is the number of documents that RerankTarget is about.
	BatchTarget int
	// Routes lists, for each route, the dialects spoken there.
	Routes []Route
	// TEI adds series under the names that dashboards for Text Embeddings
	// Inference look for.
	TEI bool
}

// Route is one pattern and the dialects that may be counted for it.
type Route struct {
	Pattern  string
	Dialects []string
	// Works is set for routes that take requests for work.
	Works bool
}

// Metrics holds every series of a pod. Its methods are safe for concurrent
// use.
type Metrics struct {
	registry *prometheus.Registry
	gatherer prometheus.Gatherer
	http     httpMetrics
	work     workMetrics
	state    stateMetrics
}

// New returns metrics in a registry of their own, all series at 0.
func New(opt Options) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	m.gatherer = m.registry
	if opt.TEI {
		m.gatherer = withTEI{m.registry, teiAliases(opt.Routes)}
	}
	f := factory{m.registry}
	m.http = newHTTPMetrics(f, opt)
	m.work = newWorkMetrics(f, opt)
	m.state = newStateMetrics(f)
	f.gauge("build_info", "Build of this server; always 1.", "version", "revision", "goversion").
		WithLabelValues(opt.Version, opt.Revision, runtime.Version()).Set(1)
	target := f.gauge("slo_target_seconds", "Latency target.", "slo")
	target.WithLabelValues("rerank").Set(opt.RerankTarget.Seconds())
	target.WithLabelValues("similarity").Set(opt.SimilarityTarget.Seconds())
	f.gauge("slo_target_documents", "Number of documents that the rerank target is about.").
		WithLabelValues().Set(float64(opt.BatchTarget))
	return m
}

// Handler serves the metrics in the exposition format that the scraper asks
// for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.gatherer, promhttp.HandlerOpts{Registry: m.registry})
}

// Gatherer gives tests and tools access to the series.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.gatherer }

// Gauge adds a series whose value is read at each scrape. labels are constant
// pairs of name and value.
func (m *Metrics) Gauge(name, help string, read func() float64, labels ...string) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: name, Help: help, ConstLabels: pairs(labels),
	}, read))
}

// Counter adds a counter whose value is read at each scrape.
func (m *Metrics) Counter(name, help string, read func() float64, labels ...string) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Namespace: namespace, Name: name, Help: help, ConstLabels: pairs(labels),
	}, read))
}

func pairs(labels []string) prometheus.Labels {
	out := make(prometheus.Labels, len(labels)/2)
	for i := 0; i+1 < len(labels); i += 2 {
		out[labels[i]] = labels[i+1]
	}
	return out
}

// factory makes and registers metrics of this namespace.
type factory struct{ r *prometheus.Registry }

func (f factory) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.r.MustRegister(v)
	return v
}

func (f factory) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	f.r.MustRegister(v)
	return v
}

// histogram makes a histogram with classic buckets at bounds and a native one
// beside it, whose resolution of 1.1 means an error of a quantile below 5 %.
func (f factory) histogram(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: bounds,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, labels)
	f.r.MustRegister(v)
	return v
}

// latencyBounds are the bounds of latency histograms in seconds, together
// with the targets.
func latencyBounds(targets ...time.Duration) []float64 {
	bounds := []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .3, .4, .5, .75, 1, 2.5, 5, 10}
	for _, t := range targets {
		if t > 0 {
			bounds = append(bounds, t.Seconds())
		}
	}
	slices.Sort(bounds)
	return slices.Compact(bounds)
}
