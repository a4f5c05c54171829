// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// rendering is what one release of the operator made of what a user wrote, as
// far as it reaches the pods. The Deployment carries it, so that a later release,
// which would make something else of the same spec, can leave the pods alone and
// still knows what to put right.
type rendering struct {
	// Release is the image of the operator's release that rendered, and Version
	// that of the operator itself.
	Release string `json:"release"`
	Version string `json:"version,omitempty"`
	// Of is the hash of what the user wrote.
	Of string `json:"of"`
	// Told is the spec with its defaults, as far as pods were told.
	Told     *v1alpha1.RerankerSpec                      `json:"told,omitempty"`
	Settings string                                      `json:"settings"`
	Template *corev1ac.PodTemplateSpecApplyConfiguration `json:"template"`
}

// maxRendering leaves room for other annotations, of which the API server
// takes 256 KiB on an object. What is larger is not kept: a Reranker that is
// rolled by an upgrade is better than one that cannot be written.
const maxRendering = 128 << 10

// lastRendering reads what the live Deployment carries; nil if that is nothing
// or nothing that can be used.
func lastRendering(live *appsv1.Deployment) *rendering {
	if live == nil {
		return nil
	}
	var out rendering
	err := json.Unmarshal([]byte(live.Annotations[v1alpha1.AnnotationRendering]), &out)
	if err != nil || out.Settings == "" || out.Template == nil || out.image() == "" {
		return nil
	}
	if out.Template.ObjectMetaApplyConfiguration == nil || out.Template.Labels[v1alpha1.LabelSettings] == "" {
		return nil
	}
	return &out
}

// image is empty if the template names none.
func (r *rendering) image() string {
	if s := r.Template.Spec; s != nil && len(s.Containers) > 0 && s.Containers[0].Image != nil {
		return *s.Containers[0].Image
	}
	return ""
}

// kept reports whether the pods stay as another release rendered them: with
// upgradePolicy Manual, as long as the user changes nothing that reaches them.
// As with the image, what never served is not kept.
func kept(rr *v1alpha1.Reranker, live *appsv1.Deployment, last *rendering, release Release) bool {
	if last == nil || (Release{last.Release, last.Version} == release) || last.Of != podsHash(rr) {
		return false
	}
	return hasServed(live) && !upgradesItself(rr)
}

// renderingAnnotation remembers what is rendered now, the template among it, or
// goes on remembering what is kept.
func renderingAnnotation(in Input, template *corev1ac.PodTemplateSpecApplyConfiguration) map[string]string {
	if in.release.Image == "" {
		return nil
	}
	r := rendering{
		Release: in.release.Image, Version: in.release.Version, Of: podsHash(in.Reranker),
		Told: told(in.Effective), Settings: in.settings, Template: template,
	}
	if in.keep {
		r = *in.last
	}
	data := mustJSON(r)
	if len(data) > maxRendering {
		return nil
	}
	return map[string]string{v1alpha1.AnnotationRendering: string(data)}
}

// podsHash names what the user wrote, without the operator's defaults and
// without the fields that never reach the pods. A field that is forgotten here
// only makes a pinned Reranker follow the operator when that field is changed.
func podsHash(rr *v1alpha1.Reranker) string {
	spec := rr.Spec.DeepCopy()
	spec.Suspend, spec.Replicas, spec.Autoscaling, spec.Disruption = nil, nil, nil, nil
	spec.Rollout, spec.Service, spec.NetworkPolicy = nil, nil, nil
	if t := spec.Targets; t != nil {
		t.RequestsPerMinute, t.Percentile, t.WindowSeconds, t.Policy = nil, nil, nil, ""
	}
	return hash8(mustJSON(spec))
}

// told is spec as the pods were told it, with its defaults. It lacks what never
// reaches them, which podsHash lacks, too.
func told(e v1alpha1.EffectiveSpec) *v1alpha1.RerankerSpec {
	targets := *e.Targets
	targets.RequestsPerMinute, targets.Percentile, targets.WindowSeconds, targets.Policy = nil, nil, nil, ""
	return &v1alpha1.RerankerSpec{
		Method: e.Method, MemoryLimit: e.MemoryLimit, Model: e.Model,
		Resources: &v1alpha1.ResourcesSpec{Requests: corev1.ResourceList{corev1.ResourceCPU: *e.CPURequest}},
		Quantum:   e.Quantum, Hybrid: e.Hybrid, Diversify: e.Diversify,
		Targets: &targets, Limits: e.Limits, Breaker: e.Breaker, Degradation: e.Degradation, Cache: e.Cache,
	}
}

// effective is what kept pods serve, whatever defaults this operator has: status
// tells it, and alerts look for the bounds of the pods' histograms. What never
// reaches pods, and what is newer than they are, is as this operator has it.
func (r *rendering) effective(rr *v1alpha1.Reranker) v1alpha1.EffectiveSpec {
	spec := rr.Spec.DeepCopy()
	if r.Told != nil {
		// Both are of one type, and fields that the record lacks stay.
		if err := json.Unmarshal(mustJSON(r.Told), spec); err != nil {
			panic(fmt.Sprintf("BUG: read a spec: %v", err))
		}
	}
	out := v1alpha1.Resolve(rr.Name, spec, r.image())
	// Also where spec names another, or somebody took away what pins it.
	out.Image = r.image()
	return out
}
