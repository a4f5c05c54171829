// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// NetworkPolicy opens the API to spec's peers and the metrics to the operator
// and to monitoring, and lets out what spec allows: a pod itself needs no network but
// its callers.
func NetworkPolicy(in Input) *networkingv1ac.NetworkPolicyApplyConfiguration {
	rr := in.Reranker
	spec := rr.Spec.NetworkPolicy
	if spec == nil {
		spec = &v1alpha1.NetworkPolicySpec{}
	}
	if spec.Mode == v1alpha1.ModeDisabled {
		return nil
	}
	return networkingv1ac.NetworkPolicy(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithOwnerReferences(owner(rr)).
		WithSpec(networkingv1ac.NetworkPolicySpec().
			WithPodSelector(selector(rr)).
			WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
			WithIngress(
				ingressTo(contract.HTTPPortName, spec.From),
				ingressTo(contract.MetricsPortName, metricsPeers(in, spec)),
			).
			WithEgress(convertAll[networkingv1ac.NetworkPolicyEgressRuleApplyConfiguration](spec.Egress)...))
}

// ingressTo lets peers in; no peers means everybody.
func ingressTo(port string, peers []networkingv1.NetworkPolicyPeer) *networkingv1ac.NetworkPolicyIngressRuleApplyConfiguration {
	return networkingv1ac.NetworkPolicyIngressRule().
		WithPorts(networkingv1ac.NetworkPolicyPort().
			WithProtocol(corev1.ProtocolTCP).
			WithPort(intstr.FromString(port))).
		WithFrom(convertAll[networkingv1ac.NetworkPolicyPeerApplyConfiguration](peers)...)
}

func metricsPeers(in Input, spec *v1alpha1.NetworkPolicySpec) []networkingv1.NetworkPolicyPeer {
	peers := spec.MetricsFrom
	if len(peers) == 0 {
		peers = []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: &metav1.LabelSelector{},
			PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{labelName: "prometheus"}},
		}}
	}
	if in.OperatorNamespace == "" {
		return peers
	}
	return append([]networkingv1.NetworkPolicyPeer{{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: in.OperatorNamespace}},
		PodSelector:       &metav1.LabelSelector{MatchLabels: map[string]string{labelName: operatorName}},
	}}, peers...)
}
