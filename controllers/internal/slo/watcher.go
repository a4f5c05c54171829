// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

const (
	// period is how often pods are asked.
	period = 15 * time.Second
	// scrapers is how many pods are asked at a time, rerankersAtATime for how
	// many Rerankers: pods that hang must not delay the others.
	scrapers         = 64
	rerankersAtATime = 32
)

// Watcher asks the pods of all Rerankers and keeps what follows from it. It
// runs on the leader only, beside the reconciler, which reads its reports.
type Watcher struct {
	Client  client.Client
	Scraper *Scraper
	Now     func() time.Time
	// Period is how often pods are asked; zero means 15 seconds.
	Period time.Duration
	// Calm is how long there must be calm before a floor is lowered; zero means
	// ten minutes.
	Calm time.Duration
	// Moved is called when policy Enforce moved a floor; nil calls nobody.
	Moved func(from, to int32)
	// Changed receives Rerankers whose report changed.
	Changed chan event.GenericEvent

	mu    sync.Mutex
	known map[types.UID]*watched
}

// watched is what is known of one Reranker.
type watched struct {
	pods      map[types.UID]*series
	plan      Plan
	seeded    bool
	peakBytes float64
	peakCores float64
	report    *Report
}

// NewWatcher makes a watcher that has seen nothing.
func NewWatcher(c client.Client) *Watcher {
	return &Watcher{
		Client: c, Scraper: NewScraper(), Now: time.Now,
		Changed: make(chan event.GenericEvent, 1024), known: map[types.UID]*watched{},
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (*Watcher) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (w *Watcher) Start(ctx context.Context) error {
	every := w.Period
	if every == 0 {
		every = period
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := w.round(ctx); err != nil && ctx.Err() == nil {
				logf.FromContext(ctx).Error(err, "Watched no pods in this round")
			}
		}
	}
}

// Report is the latest published report of a Reranker, nil before the first.
func (w *Watcher) Report(uid types.UID) *Report {
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := w.known[uid]; known != nil {
		return known.report
	}
	return nil
}

// round asks every pod once.
func (w *Watcher) round(ctx context.Context) error {
	var rerankers v1alpha1.RerankerList
	if err := w.Client.List(ctx, &rerankers); err != nil {
		return err
	}
	seen := map[types.UID]bool{}
	var group errgroup.Group
	group.SetLimit(rerankersAtATime)
	gate := make(chan struct{}, scrapers)
	for i := range rerankers.Items {
		rr := &rerankers.Items[i]
		seen[rr.UID] = true
		if watchable(rr) {
			group.Go(func() error { return w.watch(ctx, rr, gate) })
		}
	}
	w.forget(seen)
	return group.Wait()
}

// watchable leaves out what has no pods yet, or must not change.
func watchable(rr *v1alpha1.Reranker) bool {
	return rr.Status.Effective != nil && rr.DeletionTimestamp == nil && rr.Annotations[v1alpha1.AnnotationPaused] != "true"
}

func (w *Watcher) forget(seen map[types.UID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for uid := range w.known {
		if !seen[uid] {
			delete(w.known, uid)
		}
	}
}

// watch asks the pods of one Reranker and draws the conclusions.
func (w *Watcher) watch(ctx context.Context, rr *v1alpha1.Reranker, gate chan struct{}) error {
	var pods corev1.PodList
	if err := w.Client.List(ctx, &pods, client.InNamespace(rr.Namespace), client.MatchingLabels(build.SelectorLabels(rr))); err != nil {
		return err
	}
	serving := ready(pods.Items)
	at, floor, err := w.present(ctx, rr)
	if err != nil {
		return err
	}
	samples := w.scrapeAll(ctx, serving, gate)
	if report := w.conclude(rr, serving, samples, at, floor); report {
		select {
		case w.Changed <- event.GenericEvent{Object: rr}:
		case <-ctx.Done():
		}
	}
	return nil
}

// present is how many pods there are, and the floor that an earlier operator
// left.
func (w *Watcher) present(ctx context.Context, rr *v1alpha1.Reranker) (at Present, floor int32, err error) {
	at = Present{Now: w.Now(), Calm: w.Calm}
	key := client.ObjectKey{Namespace: rr.Namespace, Name: build.Name(rr)}
	var d appsv1.Deployment
	if err := w.Client.Get(ctx, key, &d); err != nil {
		return at, 0, client.IgnoreNotFound(err)
	}
	if d.Spec.Replicas != nil {
		at.Replicas = *d.Spec.Replicas
	}
	at.Serving = d.Status.AvailableReplicas
	floor, err = LiveFloor(ctx, w.Client, rr)
	return at, floor, err
}

// scrapeAll asks pods side by side; a pod that does not answer is absent.
func (w *Watcher) scrapeAll(ctx context.Context, pods []*corev1.Pod, gate chan struct{}) map[types.UID]Sample {
	var mu sync.Mutex
	var wait sync.WaitGroup
	out := map[types.UID]Sample{}
	for _, pod := range pods {
		gate <- struct{}{}
		wait.Go(func() {
			defer func() { <-gate }()
			sample, err := w.Scraper.Scrape(ctx, pod, w.Now())
			if err != nil {
				logf.FromContext(ctx).V(1).Info("Scraped nothing", "pod", pod.Name, "reason", err.Error())
				return
			}
			mu.Lock()
			defer mu.Unlock()
			out[pod.UID] = sample
		})
	}
	wait.Wait()
	return out
}

// ready are the pods that serve.
func ready(pods []corev1.Pod) []*corev1.Pod {
	var out []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
				out = append(out, pod)
			}
		}
	}
	return out
}
