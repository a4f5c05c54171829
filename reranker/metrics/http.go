// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RouteOther counts requests for paths that do not exist.
const RouteOther = "other"

// DialectNone counts requests on routes without a dialect.
const DialectNone = "none"

// dialectTEI has a status of its own for failures of the model.
const (
	dialectTEI    = "tei"
	failureForTEI = "424"
)

// The statuses that a route can give. Most routes only tell something.
var (
	tellCodes = []string{"200", "204", "401", "405", "500", "503"}
	workCodes = []string{"200", "204", "400", "401", "405", "413", "415", "422", "429", "499", "500", "503", "504"}
)

// httpMetrics is the outside of the server.
type httpMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	body     prometheus.Observer
	inflight prometheus.Gauge
	problems *prometheus.CounterVec
	panics   prometheus.Counter
}

func newHTTPMetrics(f factory, opt Options) httpMetrics {
	m := httpMetrics{
		requests: f.counter("http_requests_total",
			"Requests answered, by route, dialect and status.", "route", "dialect", "code"),
		duration: f.histogram("http_request_duration_seconds",
			"Time from the request's first byte to the answer's last, by route.",
			[]float64{.005, .025, .1, .25, .5, 1, 5, 10}, "route"),
		body: f.histogram("http_request_body_bytes", "Size of request bodies as sent.",
			prometheus.ExponentialBuckets(1<<10, 4, 8)).WithLabelValues(),
		inflight: f.gauge("http_inflight_requests", "Requests being answered.").WithLabelValues(),
		problems: f.counter("problems_total",
			"Requests answered with a problem, by its code.", "problem"),
		panics: f.counter("panics_total", "Panics turned into a structured 500.").WithLabelValues(),
	}
	m.requests.WithLabelValues(RouteOther, DialectNone, "404")
	m.duration.WithLabelValues(RouteOther)
	for _, route := range opt.Routes {
		m.duration.WithLabelValues(route.Pattern)
		codes := tellCodes
		if route.Works {
			codes = workCodes
		}
		for _, dialect := range route.Dialects {
			for _, code := range codes {
				m.requests.WithLabelValues(route.Pattern, dialect, code)
			}
			if route.Works && dialect == dialectTEI {
				m.requests.WithLabelValues(route.Pattern, dialect, failureForTEI)
			}
		}
	}
	return m
}

// Request is what is counted of one HTTP request.
type Request struct {
	Route, Dialect string
	Status         int
	Duration       time.Duration
	BodyBytes      int64
}

// ObserveRequest counts one HTTP request.
func (m *Metrics) ObserveRequest(r Request) {
	m.http.requests.WithLabelValues(r.Route, r.Dialect, strconv.Itoa(r.Status)).Inc()
	m.http.duration.WithLabelValues(r.Route).Observe(r.Duration.Seconds())
	if r.BodyBytes > 0 {
		m.http.body.Observe(float64(r.BodyBytes))
	}
}

// DeclareProblems creates the series of all codes of problems.
func (m *Metrics) DeclareProblems(codes []string) {
	for _, code := range codes {
		m.http.problems.WithLabelValues(code)
	}
}

// CountProblem counts one answer that reports a problem.
func (m *Metrics) CountProblem(code string) { m.http.problems.WithLabelValues(code).Inc() }

// CountPanic counts one panic that became a structured 500.
func (m *Metrics) CountPanic() { m.http.panics.Inc() }

// Inflight changes the number of requests being answered by delta.
func (m *Metrics) Inflight(delta int) { m.http.inflight.Add(float64(delta)) }
