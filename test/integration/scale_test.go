// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// TestManyRerankersSettle makes Rerankers by the score, lets them settle and
// counts what a pass over all of them writes: nothing. RERANKERS sets how
// many; the log has times and memory.
func TestManyRerankersSettle(t *testing.T) {
	count := 25
	if s := os.Getenv("RERANKERS"); s != "" {
		var err error
		if count, err = strconv.Atoi(s); err != nil {
			t.Fatalf("RERANKERS: %v", err)
		}
	}
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	start := time.Now()
	names := createMany(t, ns, count)
	waitForMany(t, ns, count)
	t.Logf("%d Rerankers have all their children after %.1f s, with %d writes", count, time.Since(start).Seconds(), op.writes.Load())
	serveMany(t, ns, names)
	eventually(t, "all are ready", func() error { return wantReady(t, ns, count) })
	quiesce(t, op)
	t.Logf("they are ready and quiet after %.1f s, with %d writes", time.Since(start).Seconds(), op.writes.Load())

	before := op.writes.Load()
	pass := time.Now()
	for _, n := range names {
		if _, err := op.reconciler.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Namespace: ns, Name: n}}); err != nil {
			t.Fatalf("reconcile %s: %v", n, err)
		}
	}
	t.Logf("a pass over all took %.0f ms", float64(time.Since(pass).Microseconds())/1000)
	if after := op.writes.Load(); after != before {
		t.Errorf("a pass over %d settled Rerankers wrote %d times: %v", count, after-before, op.list()[before:min(after, before+5)])
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("the process, test included, holds %d MiB of heap", m.HeapAlloc>>20)
}

func createMany(t *testing.T, ns string, count int) []string {
	t.Helper()
	names := make([]string, count)
	inParallel(count, func(i int) {
		names[i] = fmt.Sprintf("r%d", i)
		rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: names[i], Namespace: ns}}
		if err := admin.Create(t.Context(), rr); err != nil {
			t.Errorf("create %s: %v", names[i], err)
		}
	})
	return names
}

func waitForMany(t *testing.T, ns string, count int) {
	t.Helper()
	eventuallyFor(t, "all children", 10*patience, func() error {
		var hpas, deployments metav1.PartialObjectMetadataList
		hpas.SetGroupVersionKind(autoscalingv2.SchemeGroupVersion.WithKind("HorizontalPodAutoscalerList"))
		deployments.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("DeploymentList"))
		for _, list := range []*metav1.PartialObjectMetadataList{&hpas, &deployments} {
			if err := admin.List(t.Context(), list, client.InNamespace(ns)); err != nil {
				return err
			}
			if err := wantEqual(len(list.Items), count); err != nil {
				return err
			}
		}
		return nil
	})
}

func serveMany(t *testing.T, ns string, names []string) {
	t.Helper()
	inParallel(len(names), func(i int) {
		d := &appsv1.Deployment{}
		if err := admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: names[i] + "-reranker"}, d); err != nil {
			t.Errorf("get the Deployment of %s: %v", names[i], err)
			return
		}
		n := *d.Spec.Replicas
		d.Status = appsv1.DeploymentStatus{ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n}
		if err := admin.Status().Update(t.Context(), d); err != nil {
			t.Errorf("write the status of %s: %v", names[i], err)
		}
	})
}

func wantReady(t *testing.T, ns string, count int) error {
	t.Helper()
	var list v1alpha1.RerankerList
	if err := admin.List(t.Context(), &list, client.InNamespace(ns)); err != nil {
		return err
	}
	ready := 0
	for i := range list.Items {
		for _, c := range list.Items[i].Status.Conditions {
			if c.Type == v1alpha1.ConditionReady && c.Status == metav1.ConditionTrue {
				ready++
			}
		}
	}
	return wantEqual(ready, count)
}

func inParallel(n int, do func(i int)) {
	var wait sync.WaitGroup
	gate := make(chan struct{}, 8)
	for i := range n {
		gate <- struct{}{}
		wait.Go(func() {
			defer func() { <-gate }()
			do(i)
		})
	}
	wait.Wait()
}
