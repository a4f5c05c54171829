// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/apply"
	"github.com/quantumrerank/quantumrerank/controllers/internal/status"
)

// outcome is how the phases ended.
type outcome struct {
	// failure goes to status; nil if all went well or will by itself.
	failure *status.Failure
	// retry is returned to the work queue, which tries again with back-off.
	retry error
	// recheckAfter asks for another look; zero for none.
	recheckAfter time.Duration
}

// How long to wait where no watch tells of the end of an obstacle.
const (
	// goingRecheck: a child of an earlier Reranker is being collected.
	goingRecheck = 2 * time.Second
	// conflictRecheck: an object outside of the caches is in the way.
	conflictRecheck = 30 * time.Second
	// invalidRecheck: the API server may be upgraded, or a webhook changed.
	invalidRecheck = 5 * time.Minute
)

// classify decides what an error means: a matter for a person, a matter of
// time, or a matter for the work queue.
func classify(err error) outcome {
	var conflict *apply.ConflictError
	var going *apply.GoingError
	fail := func(reason string, terminal bool) *status.Failure {
		return &status.Failure{Reason: reason, Message: status.Clip(err.Error()), Terminal: terminal}
	}
	switch {
	case errors.As(err, &conflict):
		return outcome{failure: fail(v1alpha1.ReasonNameConflict, true), recheckAfter: conflictRecheck}
	case errors.As(err, &going):
		return outcome{failure: fail(v1alpha1.ReasonWaitingForDeletion, false), recheckAfter: goingRecheck}
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return outcome{}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		return outcome{failure: fail(v1alpha1.ReasonInvalidChild, true), recheckAfter: invalidRecheck}
	case isPassing(err):
		return outcome{retry: err}
	case apierrors.IsForbidden(err):
		return outcome{failure: fail(v1alpha1.ReasonForbidden, false), retry: err}
	default:
		return outcome{failure: fail(v1alpha1.ReasonApplyFailed, false), retry: err}
	}
}

// isPassing reports whether an error is a hiccup of the API server that says
// nothing about the Reranker.
func isPassing(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || apierrors.IsServerTimeout(err) ||
		apierrors.IsTimeout(err) || apierrors.IsTooManyRequests(err) || errors.Is(err, context.Canceled)
}
