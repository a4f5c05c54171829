// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// ConfigMapName contains the hash of the settings. A change of settings is a
// new ConfigMap and a new pod template: pods roll, and a rollback finds the
// settings that it had.
func ConfigMapName(in Input) string { return Name(in.Reranker) + "-" + SettingsHash(in) }

// ConfigMap holds the settings of the pods. It is immutable, so that pods of
// one template can never read different settings.
func ConfigMap(in Input) *corev1ac.ConfigMapApplyConfiguration {
	rr := in.Reranker
	return corev1ac.ConfigMap(ConfigMapName(in), rr.Namespace).
		WithLabels(Labels(rr)).
		WithLabels(map[string]string{v1alpha1.LabelSettings: SettingsHash(in)}).
		WithOwnerReferences(owner(rr)).
		WithImmutable(true).
		WithData(map[string]string{contract.SettingsKey: in.settings})
}
