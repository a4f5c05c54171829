// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	appsv1 "k8s.io/api/apps/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Input is everything that the children depend on.
type Input struct {
	// Reranker gives name, namespace, uid and the parts of spec that have no
	// defaults.
	Reranker *v1alpha1.Reranker
	// Effective is spec with its defaults.
	Effective v1alpha1.EffectiveSpec
	// Floor is the least number of pods that the autoscaler keeps. Below
	// autoscaling.minReplicas it means minReplicas.
	Floor int32
	// OperatorNamespace is where the operator runs; empty when it runs outside
	// of the cluster.
	OperatorNamespace string
	// Monitoring says which kinds of the Prometheus operator the cluster knows.
	Monitoring Monitoring

	// release is empty in a plan, which has no cluster to remember anything in.
	release Release
	// last is what the live Deployment was rendered as; nil if it does not say.
	last *rendering
	// keep has the pods stay as last.
	keep bool
	// settings are what the pods are told, as their file.
	settings string
}

// Release is what tells one operator from another.
type Release struct {
	// Image is the pods' image where spec names none.
	Image string
	// Version tells builds apart that share an image: a tag may move.
	Version string
}

// Monitoring says which kinds of the Prometheus operator the cluster knows.
type Monitoring struct {
	PodMonitor, PrometheusRule bool
}

// NewInput resolves the defaults of a Reranker. image is the pods' image when
// spec names none.
func NewInput(rr *v1alpha1.Reranker, image string) Input {
	in := Input{Reranker: rr, Effective: v1alpha1.Resolve(rr.Name, &rr.Spec, image)}
	in.settings = settingsFile(in)
	return in
}

// NewInputOver resolves the defaults of a Reranker whose Deployment may be there
// already. release is the operator's own.
func NewInputOver(rr *v1alpha1.Reranker, live *appsv1.Deployment, release Release) Input {
	in := Input{Reranker: rr, release: release, last: lastRendering(live)}
	if in.keep = kept(rr, live, in.last, release); in.keep {
		in.Effective, in.settings = in.last.effective(rr), in.last.Settings
		return in
	}
	in.Effective = v1alpha1.Resolve(rr.Name, &rr.Spec, DefaultImage(rr, live, release.Image))
	in.settings = settingsFile(in)
	return in
}

// podTemplate is never nil.
func (in *Input) podTemplate() *v1alpha1.PodTemplateSpec {
	if in.Reranker.Spec.PodTemplate == nil {
		return &v1alpha1.PodTemplateSpec{}
	}
	return in.Reranker.Spec.PodTemplate
}
