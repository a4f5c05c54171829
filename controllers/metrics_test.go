// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/apply"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Namespace: "rag", Name: "search"}}
	rr.Status = v1alpha1.RerankerStatus{
		ReadyReplicas: 2,
		Conditions:    []metav1.Condition{{Type: "Ready", Status: metav1.ConditionTrue}},
		Observed:      &v1alpha1.ObservedStatus{Floor: new(int32(3))},
	}
	m := NewMetrics(fake.NewClientBuilder().WithScheme(scheme).WithObjects(rr).Build())
	m.wrote(build.Child{Kind: build.KindService}, apply.Corrected)
	m.Moved(2, 3)
	m.Moved(3, 2)
	m.Moved(2, 3)
	registry := prometheus.NewRegistry()
	registry.MustRegister(m)
	const want = `
# HELP quantumrerank_operator_child_writes_total Writes of children, by kind and action; action corrected takes back somebody else's change.
# TYPE quantumrerank_operator_child_writes_total counter
quantumrerank_operator_child_writes_total{action="corrected",kind="Service"} 1
# HELP quantumrerank_operator_floor_moves_total Moves of the least number of pods by targets.policy Enforce.
# TYPE quantumrerank_operator_floor_moves_total counter
quantumrerank_operator_floor_moves_total{direction="down"} 1
quantumrerank_operator_floor_moves_total{direction="up"} 2
# HELP quantumrerank_reranker_condition 1 for the status that a condition of a Reranker has.
# TYPE quantumrerank_reranker_condition gauge
quantumrerank_reranker_condition{condition="Ready",name="search",namespace="rag",status="False"} 0
quantumrerank_reranker_condition{condition="Ready",name="search",namespace="rag",status="True"} 1
quantumrerank_reranker_condition{condition="Ready",name="search",namespace="rag",status="Unknown"} 0
# HELP quantumrerank_reranker_floor_pods Least number of pods that the autoscaler of a Reranker keeps.
# TYPE quantumrerank_reranker_floor_pods gauge
quantumrerank_reranker_floor_pods{name="search",namespace="rag"} 3
# HELP quantumrerank_reranker_ready_pods Pods of a Reranker that serve.
# TYPE quantumrerank_reranker_ready_pods gauge
quantumrerank_reranker_ready_pods{name="search",namespace="rag"} 2
# HELP quantumrerank_reranker_standstill 1 while a Reranker is meant to have no pods: it is suspended or scaled to zero.
# TYPE quantumrerank_reranker_standstill gauge
quantumrerank_reranker_standstill{name="search",namespace="rag"} 0
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestARerankerThatIsMeantToHaveNoPodsStandsStill(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]float64{
		v1alpha1.ReasonSuspended: 1, v1alpha1.ReasonScaledToZero: 1, v1alpha1.ReasonPodsStarting: 0,
	} {
		rr := &v1alpha1.Reranker{}
		rr.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionAvailable, Status: metav1.ConditionFalse, Reason: reason}}
		if got := standstill(rr); got != want {
			t.Errorf("%s: %v, want %v", reason, got, want)
		}
	}
}
