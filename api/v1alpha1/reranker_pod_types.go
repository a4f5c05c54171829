// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import corev1 "k8s.io/api/core/v1"

// ImageSpec is the image of the pods.
type ImageSpec struct {
	// reference is the image. Default: the operator's own release.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Reference string `json:"reference,omitempty"`
	// pullPolicy is Always, IfNotPresent or Never. Default: IfNotPresent.
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	// +optional
	PullPolicy corev1.PullPolicy `json:"pullPolicy,omitempty"`
}

// UpgradePolicy says what a newer operator does to running pods.
//
// +kubebuilder:validation:Enum=Manual;Auto
type UpgradePolicy string

// Upgrade policies.
const (
	// UpgradeManual keeps the image that pods run until image.reference is set
	// or the policy becomes Auto.
	UpgradeManual UpgradePolicy = "Manual"
	// UpgradeAuto rolls pods to the image of a newer operator.
	UpgradeAuto UpgradePolicy = "Auto"
)

// RolloutSpec says how pods are replaced.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minReadySeconds) || !has(self.progressDeadlineSeconds) || self.progressDeadlineSeconds > self.minReadySeconds",fieldPath=".progressDeadlineSeconds",message="progressDeadlineSeconds must be above minReadySeconds, or no rollout could ever succeed"
type RolloutSpec struct {
	// maxSurge is how many pods more than wanted a rollout may start. 1 to
	// 100. Default: 1.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	// +optional
	MaxSurge *int32 `json:"maxSurge,omitempty"`
	// maxUnavailable is how many pods fewer than wanted a rollout may leave. 0
	// to 100. Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	// +optional
	MaxUnavailable *int32 `json:"maxUnavailable,omitempty"`
	// minReadySeconds is how long a new pod must be ready before it counts. 0
	// to 600. Default: 0.
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=600
	// +optional
	MinReadySeconds *int32 `json:"minReadySeconds,omitempty"`
	// progressDeadlineSeconds is how long a rollout may make no progress
	// before it counts as stalled. 10 to 86400. Default: 600, or
	// minReadySeconds + 60 if that is more.
	// +kubebuilder:validation:Minimum=10
	// +kubebuilder:validation:Maximum=86400
	// +optional
	ProgressDeadlineSeconds *int32 `json:"progressDeadlineSeconds,omitempty"`
	// upgradePolicy is Manual (a newer operator leaves running pods alone) or
	// Auto (it rolls them to its own release). Default: Manual.
	// +optional
	UpgradePolicy UpgradePolicy `json:"upgradePolicy,omitempty"`
}

// PodTemplateSpec adds to the pods what the operator does not decide.
type PodTemplateSpec struct {
	// metadata adds labels and annotations to the pods.
	// +optional
	Metadata *PodMetadata `json:"metadata,omitempty"`
	// nodeSelector chooses nodes by their labels.
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// tolerations let pods onto tainted nodes.
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`
	// affinity places pods near or far from others.
	// +optional
	Affinity *corev1.Affinity `json:"affinity,omitempty"`
	// topologySpreadConstraints replace the default, which is to spread pods
	// over zones and hosts where possible. A constraint without a
	// labelSelector gets the selector of the pods.
	// +kubebuilder:validation:MaxItems=16
	// +listType=atomic
	// +optional
	TopologySpreadConstraints []corev1.TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty"`
	// priorityClassName is the pods' priority class.
	// +kubebuilder:validation:MaxLength=253
	// +optional
	PriorityClassName string `json:"priorityClassName,omitempty"`
	// runtimeClassName is the pods' runtime class.
	// +kubebuilder:validation:MaxLength=253
	// +optional
	RuntimeClassName string `json:"runtimeClassName,omitempty"`
	// serviceAccountName is a service account to use in place of the
	// operator's own. Its token is not mounted either.
	// +kubebuilder:validation:MaxLength=253
	// +optional
	ServiceAccountName string `json:"serviceAccountName,omitempty"`
	// imagePullSecrets are secrets in the Reranker's namespace for pulling.
	// +kubebuilder:validation:MaxItems=16
	// +listType=map
	// +listMapKey=name
	// +optional
	ImagePullSecrets []PullSecret `json:"imagePullSecrets,omitempty"`
	// env adds environment variables to the container.
	// +kubebuilder:validation:MaxItems=128
	// +listType=map
	// +listMapKey=name
	// +optional
	Env []corev1.EnvVar `json:"env,omitempty"`
}

// PullSecret names a secret for pulling images.
type PullSecret struct {
	// name is the name of the secret.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name,omitempty"`
}

// PodMetadata are labels and annotations.
type PodMetadata struct {
	// labels are added to the pods; those of the operator win.
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
	// annotations are added to the pods.
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`
}
