// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

// TestManyRerankersSettle makes Rerankers by the score, lets them settle and
// counts what a pass over all of them writes: nothing. RERANKERS sets how
// many, AT_REST how long an operator at rest is watched; the log has times,
// requests and memory.
func TestManyRerankersSettle(t *testing.T) {
	count := 25
	if s := os.Getenv("RERANKERS"); s != "" {
		var err error
		if count, err = strconv.Atoi(s); err != nil {
			t.Fatalf("RERANKERS: %v", err)
		}
	}
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage, watchEverything(t))
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
	countRequests(t, op, count)
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	t.Logf("the process, test included, holds %d MiB of heap; %s", m.HeapAlloc>>20, resident(t))
}

// watchEverything lets an operator do all that the real one does at rest.
func watchEverything(t *testing.T) func(ctrl.Manager, *controllers.Reconciler) {
	return func(mgr ctrl.Manager, r *controllers.Reconciler) {
		r.Watcher = controllers.NewWatcher(mgr.GetClient())
		cluster, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
		if err != nil {
			t.Fatal(err)
		}
		if r.Kinds, err = controllers.NewKinds(cluster, mgr.GetClient()); err != nil {
			t.Fatal(err)
		}
	}
}

// countRequests watches an operator at rest, for as long as AT_REST says.
func countRequests(t *testing.T, op *operator, count int) {
	t.Helper()
	text := os.Getenv("AT_REST")
	if text == "" {
		return
	}
	rest, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("AT_REST: %v", err)
	}
	all, writes := op.all.Load(), op.writes.Load()
	<-time.After(rest)
	all, writes = op.all.Load()-all, op.writes.Load()-writes
	t.Logf("at rest for %s: %d requests, %d of them writes; %.2f requests per Reranker and hour",
		rest, all, writes, float64(all)/float64(count)/rest.Hours())
	if writes != 0 {
		t.Errorf("an operator at rest wrote %d times: %v", writes, op.list()[len(op.list())-int(writes):])
	}
}

// resident is the memory of this process as the kernel sees it.
func resident(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "VmRSS") {
			return strings.Join(strings.Fields(line), " ")
		}
	}
	return "VmRSS is unknown"
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
