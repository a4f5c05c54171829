// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

// ServiceAccount is the identity of the pods. It has no rights and no token is
// mounted; it exists so that the pods are not "default", to which others may
// have given rights. It is nil when spec names another one.
func ServiceAccount(in Input) *corev1ac.ServiceAccountApplyConfiguration {
	rr := in.Reranker
	if in.podTemplate().ServiceAccountName != "" {
		return nil
	}
	return corev1ac.ServiceAccount(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithOwnerReferences(owner(rr)).
		WithAutomountServiceAccountToken(false)
}

func serviceAccountName(in Input) string {
	if name := in.podTemplate().ServiceAccountName; name != "" {
		return name
	}
	return Name(in.Reranker)
}
