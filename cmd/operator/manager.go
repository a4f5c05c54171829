// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/discovery"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

// newScheme knows the kinds that the operator reads and writes.
func newScheme() (*runtime.Scheme, error) {
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return scheme, v1alpha1.AddToScheme(scheme)
}

// newManager wires everything up.
func newManager(config *rest.Config, o *options) (ctrl.Manager, error) {
	scheme, err := newScheme()
	if err != nil {
		return nil, fmt.Errorf("make the scheme: %w", err)
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                  scheme,
		Cache:                   controllers.CacheOptions(o.watchNamespaces, o.selector),
		Metrics:                 metricsOptions(o),
		HealthProbeBindAddress:  o.probeAddress,
		LeaderElection:          o.leaderElect,
		LeaderElectionID:        o.leaderID,
		LeaderElectionNamespace: o.namespace,
		// Giving the lease back on a clean stop lets the next operator start
		// at once. It is safe because the process ends right after.
		LeaderElectionReleaseOnCancel: true,
		GracefulShutdownTimeout:       new(20 * time.Second),
	})
	if err != nil {
		return nil, fmt.Errorf("make the manager: %w", err)
	}
	cluster, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("make a discovery client: %w", err)
	}
	kinds, err := controllers.NewKinds(cluster, mgr.GetClient())
	if err != nil {
		return nil, err
	}
	kinds.NewCache = controllers.NewCacheOfKind(mgr, o.watchNamespaces)
	own := controllers.NewMetrics(mgr.GetClient())
	if err := metrics.Registry.Register(own); err != nil {
		return nil, fmt.Errorf("register the metrics: %w", err)
	}
	watcher := controllers.NewWatcher(mgr.GetClient())
	watcher.Moved, watcher.Period, watcher.Calm = own.Moved, o.sloPeriod, o.sloCalm
	reconciler := &controllers.Reconciler{
		Client:            mgr.GetClient(),
		Reader:            mgr.GetAPIReader(),
		Recorder:          mgr.GetEventRecorder("quantumrerank-operator"),
		Image:             o.image,
		Version:           version,
		OperatorNamespace: o.namespace,
		Kinds:             kinds,
		Watcher:           watcher,
		Metrics:           own,
		Now:               time.Now,
	}
	if err := reconciler.SetupWithManager(mgr, o.workers); err != nil {
		return nil, fmt.Errorf("set up the controller: %w", err)
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return nil, err
	}
	return mgr, mgr.AddReadyzCheck("ping", healthz.Ping)
}

func metricsOptions(o *options) metricsserver.Options {
	out := metricsserver.Options{BindAddress: o.metricsAddress}
	if o.metricsSecure {
		out.SecureServing = true
		out.FilterProvider = filters.WithAuthenticationAndAuthorization
	}
	return out
}
