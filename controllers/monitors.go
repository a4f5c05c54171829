// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// CacheOfKind makes a cache for one optional kind. The manager's own cache
// would complain for ever when the kind is removed from the cluster; this one
// ends with it.
type CacheOfKind func(schema.GroupVersionKind) (cache.Cache, error)

// NewCacheOfKind makes caches that hold the metadata of what the operator made.
func NewCacheOfKind(mgr ctrl.Manager, namespaces []string) CacheOfKind {
	return func(kind schema.GroupVersionKind) (cache.Cache, error) {
		o := CacheOptions(namespaces, labels.Everything())
		o.ByObject = map[client.Object]cache.ByObject{metadataOf(kind): {
			Label:     labels.SelectorFromSet(labels.Set{build.LabelManagedBy: build.ManagedBy}),
			Transform: cache.TransformStripManagedFields(),
		}}
		o.Scheme, o.Mapper, o.HTTPClient = mgr.GetScheme(), mgr.GetRESTMapper(), mgr.GetHTTPClient()
		return cache.New(mgr.GetConfig(), o)
	}
}

func metadataOf(kind schema.GroupVersionKind) *metav1.PartialObjectMetadata {
	out := &metav1.PartialObjectMetadata{}
	out.SetGroupVersionKind(kind)
	return out
}

// follow watches the optional kinds that there are, so that a change of a
// PodMonitor is put right like one of any other child, and stops watching those
// that are gone.
func (k *Kinds) follow(ctx context.Context) {
	if k.NewCache == nil {
		return
	}
	now := k.Monitoring()
	for kind, there := range map[schema.GroupVersionKind]bool{
		build.KindPodMonitor: now.PodMonitor, build.KindPrometheusRule: now.PrometheusRule,
	} {
		stop, watched := k.watched[kind]
		switch {
		case there && !watched:
			if err := k.watch(ctx, kind); err != nil {
				logf.FromContext(ctx).Error(err, "Watch an optional kind; changes of it are put right later", "kind", kind.Kind)
			}
		case !there && watched:
			stop()
			delete(k.watched, kind)
		}
	}
}

func (k *Kinds) watch(ctx context.Context, kind schema.GroupVersionKind) error {
	c, err := k.NewCache(kind)
	if err != nil {
		return fmt.Errorf("make a cache for %s: %w", kind.Kind, err)
	}
	ctx, stop := context.WithCancel(ctx)
	informer, err := c.GetInformer(ctx, metadataOf(kind), cache.BlockUntilSynced(false))
	if err != nil {
		stop()
		return fmt.Errorf("watch %s: %w", kind.Kind, err)
	}
	tell := func(obj any) { k.tellOwner(ctx, obj) }
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc: tell, UpdateFunc: func(_, obj any) { tell(obj) }, DeleteFunc: tell,
	})
	if err != nil {
		stop()
		return fmt.Errorf("watch %s: %w", kind.Kind, err)
	}
	if k.watched == nil {
		k.watched = map[schema.GroupVersionKind]context.CancelFunc{}
	}
	k.watched[kind] = stop
	go func() {
		if err := c.Start(ctx); err != nil {
			logf.FromContext(ctx).Error(err, "Stopped watching an optional kind", "kind", kind.Kind)
		}
	}()
	go func() {
		// What happened before the watch stood has caused no event.
		if !toolscache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
			return
		}
		if err := k.tellAll(ctx); err != nil && ctx.Err() == nil {
			logf.FromContext(ctx).Error(err, "Looked at no Reranker after a kind was found", "kind", kind.Kind)
		}
	}()
	return nil
}

// tellOwner has the Reranker of a changed object looked at.
func (k *Kinds) tellOwner(ctx context.Context, obj any) {
	if gone, ok := obj.(toolscache.DeletedFinalStateUnknown); ok {
		obj = gone.Obj
	}
	child, ok := obj.(client.Object)
	if !ok {
		return
	}
	c := metav1.GetControllerOf(child)
	if c == nil || c.Kind != v1alpha1.Kind {
		return
	}
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Namespace: child.GetNamespace(), Name: c.Name}}
	select {
	case k.Changed <- event.GenericEvent{Object: rr}:
	case <-ctx.Done():
	}
}
