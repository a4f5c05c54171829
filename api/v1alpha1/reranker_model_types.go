// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import corev1 "k8s.io/api/core/v1"

// ModelSpec says which model is served: exactly one source.
//
// +kubebuilder:validation:XValidation:rule="[has(self.bundled), has(self.image), has(self.persistentVolumeClaim)].filter(x, x).size() == 1",message="set exactly one of bundled, image and persistentVolumeClaim"
type ModelSpec struct {
	// name is what the API reports as the model's id. Default: the name of the
	// bundled model, or else the name of the Reranker.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern="^[A-Za-z0-9][A-Za-z0-9._/-]*$"
	// +optional
	Name string `json:"name,omitempty"`
	// weightsSHA256 is the digest that model.safetensors must have,
	// "sha256:" and 64 hexadecimal digits. A pod that finds another one does
	// not start. Where there are prepared weights only, as in the pods' image, it
	// is compared with the digest of the weights that they say they were made
	// from. Default: any digest.
	// +kubebuilder:validation:MaxLength=71
	// +kubebuilder:validation:Pattern="^sha256:[0-9a-f]{64}$"
	// +optional
	WeightsSHA256 string `json:"weightsSHA256,omitempty"`
	// bundled is the model inside the pods' image.
	// +optional
	Bundled *BundledModel `json:"bundled,omitempty"`
	// image is a model in an image that is mounted as a volume. Needs
	// Kubernetes 1.35 or later.
	// +optional
	Image *ModelImage `json:"image,omitempty"`
	// persistentVolumeClaim is a model on a volume, mounted read-only.
	// +optional
	PersistentVolumeClaim *ModelClaim `json:"persistentVolumeClaim,omitempty"`
}

// BundledModel is the model inside the pods' image; there is one per image.
type BundledModel struct{}

// ModelImage is an image whose files are a model.
//
// +kubebuilder:validation:XValidation:rule="self.reference.contains('@sha256:') || (has(self.allowTag) && self.allowTag)",fieldPath=".reference",message="pin the model image by digest (name@sha256:...), or set allowTag to accept that the model may change under its tag"
type ModelImage struct {
	// reference is the image, by digest unless allowTag is true.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +required
	Reference string `json:"reference,omitempty"`
	// allowTag accepts a reference without a digest. Default: false.
	// +optional
	AllowTag *bool `json:"allowTag,omitempty"`
	// pullPolicy is Always, IfNotPresent or Never. Default: IfNotPresent.
	// +kubebuilder:validation:Enum=Always;IfNotPresent;Never
	// +optional
	PullPolicy corev1.PullPolicy `json:"pullPolicy,omitempty"`
	// subPath is the model's folder in the image. Default: its root.
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.split('/').exists(p, p == '..')",message="subPath must be a relative path without '..'"
	// +optional
	SubPath string `json:"subPath,omitempty"`
}

// ModelClaim is a persistent volume claim that holds a model. The claim stays
// yours: the operator never changes or deletes it.
type ModelClaim struct {
	// claimName is the name of a claim in the Reranker's namespace.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	ClaimName string `json:"claimName,omitempty"`
	// subPath is the model's folder on the volume. Default: its root.
	// +kubebuilder:validation:MaxLength=256
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('/') && !self.split('/').exists(p, p == '..')",message="subPath must be a relative path without '..'"
	// +optional
	SubPath string `json:"subPath,omitempty"`
}
