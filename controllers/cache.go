// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// CacheOptions keep the operator small in a large cluster: of the kinds that
// everybody uses, only objects with the operator's label are held, and of pods
// only what status needs. namespaces limits everything to some namespaces;
// none means all. rerankers selects the Rerankers that this operator serves.
func CacheOptions(namespaces []string, rerankers labels.Selector) cache.Options {
	ours := labels.SelectorFromSet(labels.Set{build.LabelManagedBy: build.ManagedBy})
	replicaSet := &metav1.PartialObjectMetadata{}
	replicaSet.SetGroupVersionKind(replicaSetKind)
	out := cache.Options{
		ByObject: map[client.Object]cache.ByObject{
			&v1alpha1.Reranker{}:            {Label: rerankers},
			&appsv1.Deployment{}:            {Label: ours},
			&corev1.Service{}:               {Label: ours},
			&corev1.ServiceAccount{}:        {Label: ours},
			&corev1.ConfigMap{}:             {Label: ours},
			&policyv1.PodDisruptionBudget{}: {Label: ours},
			&networkingv1.NetworkPolicy{}:   {Label: ours},
			&corev1.Pod{}:                   {Label: ours, Transform: slimPod},
			replicaSet:                      {Label: ours, Transform: cache.TransformStripManagedFields()},
		},
	}
	if len(namespaces) > 0 {
		out.DefaultNamespaces = map[string]cache.Config{}
		for _, ns := range namespaces {
			out.DefaultNamespaces[ns] = cache.Config{}
		}
	}
	return out
}

// slimPod drops what status does not read.
func slimPod(obj any) (any, error) {
	pod, ok := obj.(*corev1.Pod)
	if !ok {
		return obj, nil
	}
	pod.ManagedFields = nil
	pod.Annotations = nil
	pod.Spec = corev1.PodSpec{NodeName: pod.Spec.NodeName}
	return pod, nil
}
