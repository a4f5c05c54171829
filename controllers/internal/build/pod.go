// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// userID is the user and group of the process; the image has no others.
const userID = 65532

// graceMargin is what is left for the farewell and the exit beside the drain, in
// seconds.
const graceMargin = 10

func podTemplate(in Input) *corev1ac.PodTemplateSpecApplyConfiguration {
	if in.keep {
		return in.last.Template
	}
	var extra v1alpha1.PodMetadata
	if m := in.podTemplate().Metadata; m != nil {
		extra = *m
	}
	settings := map[string]string{v1alpha1.LabelSettings: SettingsHash(in)}
	return corev1ac.PodTemplateSpec().
		WithLabels(merge(extra.Labels, Labels(in.Reranker), SelectorLabels(in.Reranker), settings)).
		WithAnnotations(merge(map[string]string{"kubectl.kubernetes.io/default-container": ContainerName}, extra.Annotations)).
		WithSpec(podSpec(in))
}

func podSpec(in Input) *corev1ac.PodSpecApplyConfiguration {
	grace := contract.DefaultDrainDelaySeconds + drainSeconds(in.Effective) + graceMargin
	spec := corev1ac.PodSpec().
		WithServiceAccountName(serviceAccountName(in)).
		WithAutomountServiceAccountToken(false).
		WithEnableServiceLinks(false).
		WithTerminationGracePeriodSeconds(int64(grace)).
		WithSecurityContext(podSecurity(in)).
		WithTopologySpreadConstraints(spread(in)...).
		WithContainers(container(in)).
		WithVolumes(volumes(in)...)
	placePod(spec, in.podTemplate())
	return spec
}

// placePod copies what spec.podTemplate says about where pods run.
func placePod(spec *corev1ac.PodSpecApplyConfiguration, t *v1alpha1.PodTemplateSpec) {
	spec.WithNodeSelector(t.NodeSelector).
		WithTolerations(convertAll[corev1ac.TolerationApplyConfiguration](t.Tolerations)...)
	if t.Affinity != nil {
		spec.WithAffinity(convert[corev1ac.AffinityApplyConfiguration](t.Affinity))
	}
	if t.PriorityClassName != "" {
		spec.WithPriorityClassName(t.PriorityClassName)
	}
	if t.RuntimeClassName != "" {
		spec.WithRuntimeClassName(t.RuntimeClassName)
	}
	for _, s := range t.ImagePullSecrets {
		spec.WithImagePullSecrets(corev1ac.LocalObjectReference().WithName(s.Name))
	}
}

// podSecurity fits the restricted pod security standard. fsGroup lets the
// process read a claim that belongs to somebody else.
func podSecurity(in Input) *corev1ac.PodSecurityContextApplyConfiguration {
	out := corev1ac.PodSecurityContext().
		WithRunAsNonRoot(true).
		WithRunAsUser(userID).
		WithRunAsGroup(userID).
		WithSeccompProfile(corev1ac.SeccompProfile().WithType(corev1.SeccompProfileTypeRuntimeDefault))
	if in.Effective.Model.PersistentVolumeClaim != nil {
		out.WithFSGroup(userID).WithFSGroupChangePolicy(corev1.FSGroupChangeOnRootMismatch)
	}
	return out
}

// spread keeps pods apart where it can: first over zones, then over hosts. It
// counts pods of one template only, so that a rollout does not skew it.
func spread(in Input) []*corev1ac.TopologySpreadConstraintApplyConfiguration {
	rr := in.Reranker
	if own := in.podTemplate().TopologySpreadConstraints; len(own) > 0 {
		out := convertAll[corev1ac.TopologySpreadConstraintApplyConfiguration](own)
		for _, c := range out {
			if c.LabelSelector == nil {
				c.WithLabelSelector(selector(rr))
			}
		}
		return out
	}
	return []*corev1ac.TopologySpreadConstraintApplyConfiguration{
		spreadOver(corev1.LabelTopologyZone, selector(rr)),
		spreadOver(corev1.LabelHostname, selector(rr)),
	}
}

func spreadOver(key string, pods *metav1ac.LabelSelectorApplyConfiguration) *corev1ac.TopologySpreadConstraintApplyConfiguration {
	return corev1ac.TopologySpreadConstraint().
		WithMaxSkew(1).
		WithTopologyKey(key).
		WithWhenUnsatisfiable(corev1.ScheduleAnyway).
		WithLabelSelector(pods).
		WithMatchLabelKeys("pod-template-hash")
}
