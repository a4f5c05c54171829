// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	appsv1 "k8s.io/api/apps/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// DefaultImage chooses the image of pods whose spec names none: the operator's
// own release, or, with upgradePolicy Manual, the earlier release that already
// serves. An image that never served is not kept, or a broken default could
// not be repaired by a better operator.
func DefaultImage(rr *v1alpha1.Reranker, live *appsv1.Deployment, release string) string {
	if live == nil || !hasServed(live) {
		return release
	}
	if upgradesItself(rr) {
		return release
	}
	if pinned := live.Annotations[v1alpha1.AnnotationDefaultImage]; pinned != "" {
		return pinned
	}
	return release
}

// upgradesItself reports whether a newer operator may roll the pods.
func upgradesItself(rr *v1alpha1.Reranker) bool {
	r := rr.Spec.Rollout
	return r != nil && r.UpgradePolicy == v1alpha1.UpgradeAuto
}

func hasServed(d *appsv1.Deployment) bool {
	if d.Status.AvailableReplicas > 0 {
		return true
	}
	for _, c := range d.Status.Conditions {
		if c.Type == appsv1.DeploymentProgressing && c.Reason == "NewReplicaSetAvailable" {
			return true
		}
	}
	return false
}

// imageAnnotation remembers that the image came from the operator.
func imageAnnotation(in Input) map[string]string {
	if i := in.Reranker.Spec.Image; i != nil && i.Reference != "" {
		return nil
	}
	return map[string]string{v1alpha1.AnnotationDefaultImage: in.Effective.Image}
}
