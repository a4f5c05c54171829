// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// small is a Reranker that leaves room for others on a node of two cores: the
// tests are about behaviour, not about speed.
func small(namespace, name string, changes ...func(*v1alpha1.RerankerSpec)) *v1alpha1.Reranker {
	memory := resource.MustParse("512Mi")
	rr := &v1alpha1.Reranker{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: v1alpha1.RerankerSpec{
			MemoryLimit: &memory,
			Replicas:    ptr(int32(1)),
			Resources: &v1alpha1.ResourcesSpec{
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("50m")},
			},
		},
	}
	for _, change := range changes {
		change(&rr.Spec)
	}
	return rr
}

func ptr[T any](value T) *T { return &value }

// child is the key of the children that carry a Reranker's name.
func child(rr *v1alpha1.Reranker) types.NamespacedName {
	return types.NamespacedName{Namespace: rr.Namespace, Name: rr.Name + "-reranker"}
}

// podsOf lists a Reranker's pods that are not on their way out.
func podsOf(ctx context.Context, rr *v1alpha1.Reranker) ([]pod, error) {
	var list corev1.PodList
	err := k8s.List(ctx, &list, client.InNamespace(rr.Namespace), client.MatchingLabels{v1alpha1.LabelReranker: rr.Name})
	var alive []pod
	for _, p := range list.Items {
		if p.DeletionTimestamp == nil {
			alive = append(alive, p)
		}
	}
	return alive, err
}

// change updates a Reranker's spec with a merge patch, as a person would.
func change(t *testing.T, rr *v1alpha1.Reranker, edit func(*v1alpha1.RerankerSpec)) {
	t.Helper()
	before := rr.DeepCopy()
	edit(&rr.Spec)
	if err := k8s.Patch(t.Context(), rr, client.MergeFrom(before)); err != nil {
		t.Fatalf("change %s: %v", rr.Name, err)
	}
}
