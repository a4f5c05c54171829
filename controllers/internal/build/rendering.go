// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"encoding/json"

	appsv1 "k8s.io/api/apps/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// rendering is what one release of the operator made of what a user wrote, as
// far as it reaches the pods. The Deployment carries it, so that a later release,
// which would make something else of the same spec, can leave the pods alone and
// still knows what to put right.
type rendering struct {
	// Release is the image of the operator's release that rendered.
	Release string `json:"release"`
	// Of is the hash of what the user wrote.
	Of       string                                      `json:"of"`
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
func kept(rr *v1alpha1.Reranker, live *appsv1.Deployment, last *rendering, release string) bool {
	if last == nil || last.Release == release || last.Of != podsHash(rr) {
		return false
	}
	return hasServed(live) && !upgradesItself(rr)
}

// renderingAnnotation remembers what is rendered now, the template among it, or
// goes on remembering what is kept.
func renderingAnnotation(in Input, template *corev1ac.PodTemplateSpecApplyConfiguration) map[string]string {
	if in.release == "" {
		return nil
	}
	r := rendering{
		Release: in.release, Of: podsHash(in.Reranker),
		Settings: string(settingsJSON(in)), Template: template,
	}
	if in.keep {
		r.Release = in.last.Release
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
