// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers/internal/build"
	"github.com/quantumrerank/quantumrerank/controllers/internal/status"
)

// tell records transitions as events.
func (r *Reconciler) tell(rr *v1alpha1.Reranker, transitions []status.Transition) {
	for _, t := range transitions {
		r.Recorder.Eventf(rr, nil, t.EventType, t.Reason, "Observe"+t.Kind, "%s", t.Message)
	}
}

// tellDrift records that somebody else's change was taken back.
func (r *Reconciler) tellDrift(rr *v1alpha1.Reranker, child build.Child, by string) {
	if by == "" {
		by = "somebody"
	}
	r.Recorder.Eventf(rr, nil, corev1.EventTypeWarning, "DriftCorrected", "CorrectDrift",
		"%s had changed %s; the operator put its own fields back", by, child)
}
