// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// pruneConfigMaps deletes settings that no ReplicaSet names any more. Those of
// old ReplicaSets stay, or a rollback would bring pods that cannot start.
func (r *Reconciler) pruneConfigMaps(ctx context.Context, rr *v1alpha1.Reranker, obs *observed) error {
	var maps corev1.ConfigMapList
	ours := client.MatchingLabels{build.LabelManagedBy: build.ManagedBy, v1alpha1.LabelReranker: rr.Name}
	if err := r.Client.List(ctx, &maps, client.InNamespace(rr.Namespace), ours); err != nil {
		return fmt.Errorf("list config maps: %w", err)
	}
	if len(maps.Items) <= 1 {
		return nil
	}
	needed, err := r.neededSettings(ctx, rr, obs)
	if err != nil {
		return err
	}
	for i := range maps.Items {
		m := &maps.Items[i]
		if needed.Has(m.Labels[v1alpha1.LabelSettings]) || !metav1.IsControlledBy(m, rr) || m.DeletionTimestamp != nil {
			continue
		}
		if err := r.Client.Delete(ctx, m, client.Preconditions{UID: &m.UID}); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete config map %q: %w", m.Name, err)
		}
	}
	return nil
}

// neededSettings are the hashes of the settings that pods have or may get: the
// wanted one, those of the Deployment's ReplicaSets and those of pods. The
// Deployment's own template is asked too, because its ReplicaSet may not be
// there yet.
func (r *Reconciler) neededSettings(ctx context.Context, rr *v1alpha1.Reranker, obs *observed) (sets.Set[string], error) {
	needed := sets.New(build.SettingsHash(obs.input))
	list := replicaSets()
	err := r.Client.List(ctx, list, client.InNamespace(rr.Namespace), client.MatchingLabels(build.SelectorLabels(rr)))
	if err != nil {
		return nil, fmt.Errorf("list replica sets: %w", err)
	}
	for i := range list.Items {
		needed.Insert(list.Items[i].Labels[v1alpha1.LabelSettings])
	}
	for i := range obs.pods {
		needed.Insert(obs.pods[i].Labels[v1alpha1.LabelSettings])
	}
	if d := obs.deployment; d != nil {
		needed.Insert(d.Spec.Template.Labels[v1alpha1.LabelSettings])
	}
	return needed, nil
}

// replicaSets is a list of which only metadata is read and cached.
func replicaSets() *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(replicaSetKind.GroupVersion().WithKind(replicaSetKind.Kind + "List"))
	return list
}
