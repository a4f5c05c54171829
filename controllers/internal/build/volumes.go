// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"path"

	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

const (
	settingsVolume = "settings"
	tmpVolume      = "tmp"
	modelVolume    = "model"
	keysVolume     = "api-keys"
	tlsVolume      = "tls"
)

// keysDir is where the API keys are mounted, one file each, and tlsDir where the
// API's certificate is.
const (
	keysDir = "/etc/quantumrerank-keys"
	tlsDir  = "/etc/quantumrerank-tls"
)

// keysSecret is the name of the Secret with the API keys, empty for none.
func keysSecret(in Input) string {
	if a := in.Reranker.Spec.Auth; a != nil && a.APIKeysSecretRef != nil {
		return a.APIKeysSecretRef.Name
	}
	return ""
}

// tlsSecret is the name of the Secret with the API's certificate, empty for none.
func tlsSecret(rr *v1alpha1.Reranker) string {
	if t := rr.Spec.TLS; t != nil {
		return t.SecretRef.Name
	}
	return ""
}

func volumes(in Input) []*corev1ac.VolumeApplyConfiguration {
	out := []*corev1ac.VolumeApplyConfiguration{
		corev1ac.Volume().WithName(settingsVolume).
			WithConfigMap(corev1ac.ConfigMapVolumeSource().WithName(ConfigMapName(in)).WithDefaultMode(0o444)),
		corev1ac.Volume().WithName(tmpVolume).
			WithEmptyDir(corev1ac.EmptyDirVolumeSource().WithSizeLimit(resource.MustParse("64Mi"))),
	}
	if secret := keysSecret(in); secret != "" {
		out = append(out, corev1ac.Volume().WithName(keysVolume).
			WithSecret(corev1ac.SecretVolumeSource().WithSecretName(secret).WithDefaultMode(0o444)))
	}
	if secret := tlsSecret(in.Reranker); secret != "" {
		out = append(out, corev1ac.Volume().WithName(tlsVolume).
			WithSecret(corev1ac.SecretVolumeSource().WithSecretName(secret).WithDefaultMode(0o444)))
	}
	switch m := in.Effective.Model; {
	case m.Image != nil:
		out = append(out, corev1ac.Volume().WithName(modelVolume).
			WithImage(corev1ac.ImageVolumeSource().WithReference(m.Image.Reference).WithPullPolicy(m.Image.PullPolicy)))
	case m.PersistentVolumeClaim != nil:
		out = append(out, corev1ac.Volume().WithName(modelVolume).
			WithPersistentVolumeClaim(corev1ac.PersistentVolumeClaimVolumeSource().
				WithClaimName(m.PersistentVolumeClaim.ClaimName).WithReadOnly(true)))
	}
	return out
}

func volumeMounts(in Input) []*corev1ac.VolumeMountApplyConfiguration {
	out := []*corev1ac.VolumeMountApplyConfiguration{
		corev1ac.VolumeMount().WithName(settingsVolume).WithMountPath(path.Dir(contract.SettingsFile)).WithReadOnly(true),
		corev1ac.VolumeMount().WithName(tmpVolume).WithMountPath("/tmp"),
	}
	if keysSecret(in) != "" {
		out = append(out, corev1ac.VolumeMount().WithName(keysVolume).WithMountPath(keysDir).WithReadOnly(true))
	}
	if tlsSecret(in.Reranker) != "" {
		out = append(out, corev1ac.VolumeMount().WithName(tlsVolume).WithMountPath(tlsDir).WithReadOnly(true))
	}
	if in.Effective.Model.Bundled != nil {
		return out
	}
	mount := corev1ac.VolumeMount().WithName(modelVolume).WithMountPath(contract.MountedModelDir).WithReadOnly(true)
	if sub := modelSubPath(in); sub != "" {
		mount.WithSubPath(sub)
	}
	return append(out, mount)
}

func modelSubPath(in Input) string {
	if m := in.Effective.Model; m.Image != nil {
		return m.Image.SubPath
	}
	return in.Effective.Model.PersistentVolumeClaim.SubPath
}
