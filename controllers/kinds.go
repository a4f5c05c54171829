// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// +kubebuilder:rbac:groups=monitoring.coreos.com,resources=podmonitors;prometheusrules,verbs=get;list;watch;create;patch;delete

// kindsPeriod is how often the cluster is asked which kinds it knows: somebody
// may install the Prometheus operator later.
const kindsPeriod = time.Minute

// Kinds knows which optional kinds the cluster has. It asks again and again,
// and never fails for want of one.
type Kinds struct {
	// Discovery asks the API server.
	Discovery discovery.ServerResourcesInterface
	// Client lists the Rerankers to look at again after a change.
	Client client.Reader
	// Period is how often to ask; zero means a minute.
	Period time.Duration
	// Changed receives Rerankers when the answer changed.
	Changed chan event.GenericEvent
	// NewCache makes the caches by which the kinds are watched; nil watches
	// none.
	NewCache CacheOfKind

	watched map[schema.GroupVersionKind]context.CancelFunc
	known   atomic.Pointer[build.Monitoring]
}

// NewKinds asks for the first time.
func NewKinds(d discovery.ServerResourcesInterface, c client.Reader) (*Kinds, error) {
	k := &Kinds{Discovery: d, Client: c, Changed: make(chan event.GenericEvent, 1024)}
	now, err := k.ask()
	if err != nil {
		return nil, err
	}
	k.known.Store(&now)
	return k, nil
}

// Monitoring says which kinds there are.
func (k *Kinds) Monitoring() build.Monitoring {
	if k == nil {
		return build.Monitoring{}
	}
	return *k.known.Load()
}

func (k *Kinds) ask() (build.Monitoring, error) {
	var out build.Monitoring
	list, err := k.Discovery.ServerResourcesForGroupVersion(build.KindPodMonitor.GroupVersion().String())
	if apierrors.IsNotFound(err) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("ask which kinds the cluster knows: %w", err)
	}
	for _, r := range list.APIResources {
		switch r.Kind {
		case build.KindPodMonitor.Kind:
			out.PodMonitor = true
		case build.KindPrometheusRule.Kind:
			out.PrometheusRule = true
		}
	}
	return out, nil
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (*Kinds) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (k *Kinds) Start(ctx context.Context) error {
	every := k.Period
	if every == 0 {
		every = kindsPeriod
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	k.follow(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := k.refresh(ctx); err != nil && ctx.Err() == nil {
				logf.FromContext(ctx).Error(err, "Kept what was known of the cluster's kinds")
			}
			k.follow(ctx)
		}
	}
}

func (k *Kinds) refresh(ctx context.Context) error {
	now, err := k.ask()
	if err != nil || now == *k.known.Load() {
		return err
	}
	k.known.Store(&now)
	return k.tellAll(ctx)
}

// tellAll has every Reranker looked at.
func (k *Kinds) tellAll(ctx context.Context) error {
	var list v1alpha1.RerankerList
	if err := k.Client.List(ctx, &list); err != nil {
		return fmt.Errorf("list Rerankers: %w", err)
	}
	for i := range list.Items {
		select {
		case k.Changed <- event.GenericEvent{Object: &list.Items[i]}:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}
