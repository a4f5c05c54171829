// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/apply"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// Metrics are the operator's own, beside those of controller-runtime. What is
// known of each Reranker is read from the cache when it is asked for, so that
// a deleted Reranker leaves no series behind.
type Metrics struct {
	reader client.Reader
	writes *prometheus.CounterVec
	moves  *prometheus.CounterVec
}

var (
	conditionDesc = prometheus.NewDesc("quantumrerank_reranker_condition",
		"1 for the status that a condition of a Reranker has.", []string{"namespace", "name", "condition", "status"}, nil)
	standstillDesc = prometheus.NewDesc("quantumrerank_reranker_standstill",
		"1 while a Reranker is meant to have no pods: it is suspended or scaled to zero.", []string{"namespace", "name"}, nil)
	readyDesc = prometheus.NewDesc("quantumrerank_reranker_ready_pods",
		"Pods of a Reranker that serve.", []string{"namespace", "name"}, nil)
	floorDesc = prometheus.NewDesc("quantumrerank_reranker_floor_pods",
		"Least number of pods that the autoscaler of a Reranker keeps.", []string{"namespace", "name"}, nil)
)

// NewMetrics makes the metrics of an operator that reads Rerankers from reader.
func NewMetrics(reader client.Reader) *Metrics {
	m := &Metrics{
		reader: reader,
		writes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quantumrerank_operator_child_writes_total",
			Help: "Writes of children, by kind and action; action corrected takes back somebody else's change.",
		}, []string{"kind", "action"}),
		moves: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quantumrerank_operator_floor_moves_total",
			Help: "Moves of the least number of pods by targets.policy Enforce.",
		}, []string{"direction"}),
	}
	m.moves.WithLabelValues("up")
	m.moves.WithLabelValues("down")
	return m
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(out chan<- *prometheus.Desc) {
	out <- conditionDesc
	out <- standstillDesc
	out <- readyDesc
	out <- floorDesc
	m.writes.Describe(out)
	m.moves.Describe(out)
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(out chan<- prometheus.Metric) {
	m.writes.Collect(out)
	m.moves.Collect(out)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var list v1alpha1.RerankerList
	if err := m.reader.List(ctx, &list); err != nil {
		// The cache is not filled yet; the next scrape will find it.
		return
	}
	for i := range list.Items {
		collectReranker(out, &list.Items[i])
	}
}

func collectReranker(out chan<- prometheus.Metric, rr *v1alpha1.Reranker) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		labels = append([]string{rr.Namespace, rr.Name}, labels...)
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	for _, c := range rr.Status.Conditions {
		for _, status := range []metav1.ConditionStatus{metav1.ConditionTrue, metav1.ConditionFalse, metav1.ConditionUnknown} {
			value := 0.0
			if c.Status == status {
				value = 1
			}
			gauge(conditionDesc, value, c.Type, string(status))
		}
	}
	gauge(standstillDesc, standstill(rr))
	gauge(readyDesc, float64(rr.Status.ReadyReplicas))
	if o := rr.Status.Observed; o != nil && o.Floor != nil {
		gauge(floorDesc, float64(*o.Floor))
	}
}

// standstill is 1 where nobody should be called for want of pods.
func standstill(rr *v1alpha1.Reranker) float64 {
	c := meta.FindStatusCondition(rr.Status.Conditions, v1alpha1.ConditionAvailable)
	if c != nil && (c.Reason == v1alpha1.ReasonSuspended || c.Reason == v1alpha1.ReasonScaledToZero) {
		return 1
	}
	return 0
}

// wrote counts one write of a child. A nil Metrics counts nothing.
func (m *Metrics) wrote(child build.Child, action apply.Action) {
	if m != nil {
		m.writes.WithLabelValues(child.Kind.Kind, action.String()).Inc()
	}
}

// Moved counts one move of a floor; it is the Watcher's to call.
func (m *Metrics) Moved(from, to int32) {
	direction := "up"
	if to < from {
		direction = "down"
	}
	m.moves.WithLabelValues(direction).Inc()
}
