// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// ConflictError says that a child's name is taken by an object that does not
// belong to the Reranker. Only a person can decide which of the two must go.
type ConflictError struct {
	Child build.Child
	Owner string
}

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s exists and belongs to %s; rename the Reranker or remove that object", e.Child, e.Owner)
}

// GoingError says that a child is being deleted and must be gone before it can
// be made anew.
type GoingError struct{ Child build.Child }

// Error implements error.
func (e *GoingError) Error() string { return fmt.Sprintf("%s is still being deleted", e.Child) }

// checkOwner lets a write pass only to an object that owner controls.
func checkOwner(owner, live client.Object, child build.Child) error {
	if live.GetDeletionTimestamp() != nil {
		return &GoingError{Child: child}
	}
	if metav1.IsControlledBy(live, owner) {
		return nil
	}
	controller := metav1.GetControllerOf(live)
	if controller == nil {
		return &ConflictError{Child: child, Owner: "nobody"}
	}
	if controller.Kind == v1alpha1.Kind && controller.Name == owner.GetName() {
		// A Reranker of the same name was deleted a moment ago, and garbage
		// collection has not come to its children yet.
		return &GoingError{Child: child}
	}
	return &ConflictError{Child: child, Owner: fmt.Sprintf("%s %q", controller.Kind, controller.Name)}
}

// sameIntent reports whether the live object was applied from the same wanted
// fields, so that any difference is somebody else's doing.
func sameIntent(desired *unstructured.Unstructured, live client.Object) bool {
	key := v1alpha1.AnnotationApplied
	return live.GetAnnotations()[key] == desired.GetAnnotations()[key]
}
