// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// A cache that is behind says nothing about the object: it is no matter for a
// person that a take-over came too late.
func TestATakeOverThatIsLateIsTriedAgain(t *testing.T) {
	t.Parallel()
	services := schema.GroupResource{Resource: "services"}
	owner := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "owner", Namespace: "rag", UID: "u1"}}
	live := &corev1.Service{ObjectMeta: metav1.ObjectMeta{
		Name: "search", Namespace: "rag",
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "owner", UID: "u1", Controller: new(true)}},
	}}
	c := fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(live).WithInterceptorFuncs(interceptor.Funcs{
		Apply: func(context.Context, client.WithWatch, runtime.ApplyConfiguration, ...client.ApplyOption) error {
			return apierrors.NewInvalid(build.KindService.GroupKind(), "search", nil)
		},
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			return apierrors.NewConflict(services, "search", errors.New("changed"))
		},
	}).Build()
	desired := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"type": "ClusterIP"}}}
	child := build.Child{Kind: build.KindService, Namespace: "rag", Name: "search", Desired: desired}
	_, err := (&Writer{Client: c, Reader: c}).Ensure(t.Context(), owner, child)
	if !apierrors.IsConflict(err) || apierrors.IsInvalid(err) {
		t.Errorf("got %v, want a conflict and no verdict", err)
	}
	if !strings.Contains(err.Error(), "invalid") {
		t.Errorf("got %v, want it to say what was refused, too", err)
	}
}
