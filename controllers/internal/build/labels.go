// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"maps"

	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// LabelManagedBy and ManagedBy mark everything that the operator makes; its
// caches hold nothing else.
const (
	LabelManagedBy = "app.kubernetes.io/managed-by"
	ManagedBy      = "quantumrerank"
	labelName      = "app.kubernetes.io/name"
	// operatorName is the value of labelName on the operator's own pods.
	operatorName = "quantumrerank-operator"
)

// SelectorLabels select the pods of a Reranker. They are immutable in a
// Deployment, so nothing that may ever change belongs here.
func SelectorLabels(rr *v1alpha1.Reranker) map[string]string {
	return map[string]string{
		v1alpha1.LabelReranker: rr.Name,
		v1alpha1.LabelTrack:    v1alpha1.TrackStable,
	}
}

// Labels are on every child. They hold no version: a newer operator must not
// change a pod template.
func Labels(rr *v1alpha1.Reranker) map[string]string {
	return map[string]string{
		labelName:                     "reranker",
		"app.kubernetes.io/instance":  rr.Name,
		"app.kubernetes.io/component": "server",
		"app.kubernetes.io/part-of":   "quantumrerank",
		LabelManagedBy:                ManagedBy,
		v1alpha1.LabelReranker:        rr.Name,
	}
}

// merge returns the union; later maps win.
func merge(all ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		maps.Copy(out, m)
	}
	return out
}

func selector(rr *v1alpha1.Reranker) *metav1ac.LabelSelectorApplyConfiguration {
	return metav1ac.LabelSelector().WithMatchLabels(SelectorLabels(rr))
}

// owner makes a child go when its Reranker goes. Nothing is cluster-scoped,
// so garbage collection does all the work and no finalizer is needed.
func owner(rr *v1alpha1.Reranker) *metav1ac.OwnerReferenceApplyConfiguration {
	return metav1ac.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).
		WithKind(v1alpha1.Kind).
		WithName(rr.Name).
		WithUID(rr.UID).
		WithController(true).
		WithBlockOwnerDeletion(true)
}
