// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
)

// Action says what Ensure did.
type Action int

// Actions.
const (
	// Unchanged: nothing was written.
	Unchanged Action = iota
	// Created: the object is new.
	Created
	// Updated: the object was wanted differently than before.
	Updated
	// Corrected: somebody else had changed a field that the operator owns.
	Corrected
	// Deleted: the object is no longer wanted.
	Deleted
)

// Result is what Ensure did to one child.
type Result struct {
	Action Action
	// Live is the object afterwards; nil when there is none.
	Live client.Object
	// By names who had changed the object, with Corrected.
	By string
}

// Writer writes children.
type Writer struct {
	// Client reads from the cache, which holds only objects with the
	// operator's label, and writes.
	Client client.Client
	// Reader reads past the cache. Before an object is made it is asked
	// whether the name is taken by something that the cache does not hold.
	Reader client.Reader
}

// Ensure brings one child to what is wanted.
func (w *Writer) Ensure(ctx context.Context, owner client.Object, child build.Child) (Result, error) {
	live, err := w.live(ctx, child)
	if err != nil {
		return Result{}, err
	}
	switch {
	case child.Desired == nil && live == nil:
		return Result{}, nil
	case child.Desired == nil:
		return w.remove(ctx, owner, child, live)
	case live == nil:
		return w.apply(ctx, child, Result{Action: Created})
	}
	if err := checkOwner(owner, live, child); err != nil {
		return Result{}, err
	}
	return w.update(ctx, child, live)
}

func (w *Writer) update(ctx context.Context, child build.Child, live client.Object) (Result, error) {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(live)
	if err != nil {
		return Result{}, fmt.Errorf("read the fields of %s: %w", child, err)
	}
	if covers(fields, withoutIdentity(child.Desired.Object)) {
		return Result{Action: Unchanged, Live: live}, nil
	}
	result := Result{Action: Updated}
	if sameIntent(child.Desired, live) {
		result = Result{Action: Corrected, By: lastForeignManager(live)}
	}
	applied, err := w.apply(ctx, child, result)
	if apierrors.IsInvalid(err) {
		if takeErr := w.takeOver(ctx, child, live); takeErr != nil {
			// What to do is decided by the later error: a conflict passes.
			return Result{}, fmt.Errorf("%w, after: %s", takeErr, err.Error())
		}
		applied, err = w.apply(ctx, child, result)
	}
	if err == nil && applied.Live.GetResourceVersion() == live.GetResourceVersion() {
		// The API server dropped what differs, because it does not know the
		// field: nothing was changed, and nobody is to blame.
		applied.Action, applied.By = Unchanged, ""
	}
	return applied, err
}

// live is the object in the cluster, nil if there is none. A child that is not
// wanted is looked for in the cache only: what lies outside is not ours.
func (w *Writer) live(ctx context.Context, child build.Child) (client.Object, error) {
	obj, err := w.newObject(child)
	if err != nil {
		return nil, err
	}
	key := client.ObjectKey{Namespace: child.Namespace, Name: child.Name}
	err = w.Client.Get(ctx, key, obj)
	if apierrors.IsNotFound(err) && child.Desired != nil {
		err = w.Reader.Get(ctx, key, obj)
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", child, err)
	}
	return obj, nil
}

// newObject makes a typed object where the scheme knows the kind, so that
// reads share the caches of the watches.
func (w *Writer) newObject(child build.Child) (client.Object, error) {
	scheme := w.Client.Scheme()
	if !scheme.Recognizes(child.Kind) {
		out := &unstructured.Unstructured{}
		out.SetGroupVersionKind(child.Kind)
		return out, nil
	}
	obj, err := scheme.New(child.Kind)
	if err != nil {
		return nil, fmt.Errorf("make a %s: %w", child.Kind.Kind, err)
	}
	return obj.(client.Object), nil
}

func (w *Writer) apply(ctx context.Context, child build.Child, result Result) (Result, error) {
	applied := child.Desired.DeepCopy()
	err := w.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied), Manager, client.ForceOwnership)
	if err != nil {
		return Result{}, fmt.Errorf("apply %s: %w", child, err)
	}
	live, err := w.newObject(child)
	if err != nil {
		return Result{}, err
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(applied.Object, live); err != nil {
		return Result{}, fmt.Errorf("read the answer for %s: %w", child, err)
	}
	result.Live = live
	return result, nil
}

// remove deletes a child that is no longer wanted, if it is the owner's.
func (w *Writer) remove(ctx context.Context, owner client.Object, child build.Child, live client.Object) (Result, error) {
	if !metav1.IsControlledBy(live, owner) || live.GetDeletionTimestamp() != nil {
		return Result{}, nil
	}
	err := w.Client.Delete(ctx, live, client.Preconditions{UID: new(live.GetUID())})
	if client.IgnoreNotFound(err) != nil {
		return Result{}, fmt.Errorf("delete %s: %w", child, err)
	}
	return Result{Action: Deleted}, nil
}

// String is the action for logs.
func (a Action) String() string {
	return [...]string{"unchanged", "created", "updated", "corrected", "deleted"}[a]
}
