// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Breaker states as they appear in the label "state".
var breakerStates = []string{"closed", "half-open", "open"}

// stateMetrics is the condition of the pod.
type stateMetrics struct {
	ready       prometheus.Gauge
	draining    prometheus.Gauge
	selftest    *prometheus.CounterVec
	lastSuccess prometheus.Gauge
	warmup      prometheus.Gauge
	breaker     *prometheus.GaugeVec
	transitions *prometheus.CounterVec
	model       *prometheus.GaugeVec
}

func newStateMetrics(f factory) stateMetrics {
	m := stateMetrics{
		ready:    f.gauge("ready", "1 while the pod is ready for requests.").WithLabelValues(),
		draining: f.gauge("draining", "1 while the pod finishes its last requests.").WithLabelValues(),
		selftest: f.counter("selftest_total", "Runs of the golden pair through the engine, by result.", "result"),
		lastSuccess: f.gauge("selftest_last_success_timestamp_seconds",
			"When the golden pair last gave the right similarity; 0 for never.").WithLabelValues(),
		warmup: f.gauge("warmup_seconds", "Time from the start of the process until it was ready.").WithLabelValues(),
		breaker: f.gauge("breaker_state",
			"1 for the state in which a circuit breaker is.", "engine", "state"),
		transitions: f.counter("breaker_transitions_total",
			"Transitions of a circuit breaker.", "engine", "from", "to"),
		model: f.gauge("model_info", "The model that is served; always 1.", "model", "revision", "precision"),
	}
	m.selftest.WithLabelValues("ok")
	m.selftest.WithLabelValues("failed")
	return m
}

// SetReady records whether the pod is ready.
func (m *Metrics) SetReady(ready bool) { m.state.ready.Set(number(ready)) }

// SetDraining records whether the pod is leaving.
func (m *Metrics) SetDraining(draining bool) { m.state.draining.Set(number(draining)) }

// SetWarmup records how long the pod took to become ready.
func (m *Metrics) SetWarmup(d time.Duration) { m.state.warmup.Set(d.Seconds()) }

// CountSelfTest counts one run of the golden pair, which ended at now.
func (m *Metrics) CountSelfTest(ok bool, now time.Time) {
	if !ok {
		m.state.selftest.WithLabelValues("failed").Inc()
		return
	}
	m.state.selftest.WithLabelValues("ok").Inc()
	m.state.lastSuccess.Set(float64(now.UnixMilli()) / 1000)
}

// DeclareBreaker creates the series of the circuit breaker around engine, in
// the state closed.
func (m *Metrics) DeclareBreaker(engine string) {
	for _, from := range breakerStates {
		for _, to := range breakerStates {
			if from != to {
				m.state.transitions.WithLabelValues(engine, from, to)
			}
		}
	}
	m.setBreaker(engine, "closed")
}

// BreakerChanged records a transition of the circuit breaker around engine.
func (m *Metrics) BreakerChanged(engine, from, to string) {
	from, to = closed(from, breakerStates, "closed"), closed(to, breakerStates, "closed")
	m.state.transitions.WithLabelValues(engine, from, to).Inc()
	m.setBreaker(engine, to)
}

func (m *Metrics) setBreaker(engine, state string) {
	for _, s := range breakerStates {
		m.state.breaker.WithLabelValues(engine, s).Set(number(s == state))
	}
}

// SetModel records which model is served.
func (m *Metrics) SetModel(name, revision, precision string) {
	m.state.model.Reset()
	m.state.model.WithLabelValues(name, revision, precision).Set(1)
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
