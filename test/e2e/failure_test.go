// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// modelDigest is that of the bundled model's weights.
const modelDigest = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

// A Reranker that cannot run says so, with the cause and the values that a
// person needs, within seconds.
func TestCauses(t *testing.T) {
	wrongDigest := "sha256:" + strings.Repeat("0", 64)
	tests := []struct {
		name    string
		edit    func(*v1alpha1.RerankerSpec)
		reasons []string // any of them
		message []string // all of them
	}{
		{
			"wrong-digest",
			func(s *v1alpha1.RerankerSpec) {
				s.Model = &v1alpha1.ModelSpec{Bundled: &v1alpha1.BundledModel{}, WeightsSHA256: wrongDigest}
			},
			[]string{contract.ReasonModelDigestMismatch},
			[]string{wrongDigest, modelDigest},
		},
		{
			"no-image",
			func(s *v1alpha1.RerankerSpec) {
				s.Image = &v1alpha1.ImageSpec{Reference: "localhost/quantumrerank/reranker:no-such-tag", PullPolicy: corev1.PullNever}
			},
			[]string{"ErrImageNeverPull"},
			[]string{"no-such-tag"},
		},
		{
			"no-registry",
			func(s *v1alpha1.RerankerSpec) {
				s.Image = &v1alpha1.ImageSpec{Reference: "localhost:1/nobody/reranker:1"}
			},
			[]string{"ErrImagePull", "ImagePullBackOff"},
			[]string{"localhost:1/nobody/reranker:1"},
		},
		{
			"no-room",
			func(s *v1alpha1.RerankerSpec) {
				s.Resources.Requests[corev1.ResourceCPU] = resource.MustParse("4000")
			},
			[]string{v1alpha1.ReasonUnschedulable},
			[]string{"cpu"},
		},
		{
			"no-claim",
			func(s *v1alpha1.RerankerSpec) {
				s.Model = &v1alpha1.ModelSpec{PersistentVolumeClaim: &v1alpha1.ModelClaim{ClaimName: "nobody"}}
			},
			[]string{v1alpha1.ReasonUnschedulable},
			[]string{"nobody"},
		},
		{
			"no-keys",
			func(s *v1alpha1.RerankerSpec) {
				s.Auth = &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "nobody"}}
			},
			[]string{v1alpha1.ReasonVolumesPending},
			[]string{"nobody"},
		},
		{
			"no-account",
			func(s *v1alpha1.RerankerSpec) {
				s.PodTemplate = &v1alpha1.PodTemplateSpec{ServiceAccountName: "nobody"}
			},
			[]string{v1alpha1.ReasonPodCreationFailed},
			[]string{"nobody"},
		},
	}
	namespace := newNamespace(t)
	t.Run("within the promised time", func(t *testing.T) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				rr := create(t, small(namespace, test.name, test.edit))
				eventually(t, withinCause, "cause of "+test.name, func(ctx context.Context) error {
					if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
						return err
					}
					return hasCause(rr, test.reasons, test.message)
				})
			})
		}
	})
}

func hasCause(rr *v1alpha1.Reranker, reasons, message []string) error {
	condition := meta.FindStatusCondition(rr.Status.Conditions, v1alpha1.ConditionReady)
	if condition == nil || condition.Status != "False" || !slices.Contains(reasons, condition.Reason) {
		return fmt.Errorf("Ready is %+v, want False with a reason of %q", condition, reasons)
	}
	for _, want := range message {
		if !strings.Contains(condition.Message, want) {
			return fmt.Errorf("message %q lacks %q", condition.Message, want)
		}
	}
	return nil
}

// What no pod could do is refused before there is one, in a sentence.
func TestRefusedByTheAPIServer(t *testing.T) {
	tests := []struct {
		name string
		edit func(*v1alpha1.RerankerSpec)
		want string
	}{
		{
			"memory-too-small", func(s *v1alpha1.RerankerSpec) { s.MemoryLimit = ptr(resource.MustParse("64Mi")) },
			"memoryLimit must be at least 256Mi",
		},
		{
			"two-sizes", func(s *v1alpha1.RerankerSpec) { s.Autoscaling = &v1alpha1.AutoscalingSpec{MaxReplicas: 2} },
			"set either replicas (fixed size) or autoscaling, not both",
		},
		{
			"unknown-method", func(s *v1alpha1.RerankerSpec) { s.Method = "magic" },
			`supported values: "classical", "quantum", "hybrid"`,
		},
		{"quantum-of-classical", func(s *v1alpha1.RerankerSpec) {
			s.Method, s.Quantum = contract.MethodClassical, &v1alpha1.QuantumSpec{Rank: ptr(int32(4))}
		}, "quantum settings have no effect with method classical"},
		{"memory-twice", func(s *v1alpha1.RerankerSpec) {
			s.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}
		}, "set memory through memoryLimit"},
		{"too-many-documents", func(s *v1alpha1.RerankerSpec) {
			s.Limits = &v1alpha1.LimitsSpec{MaxDocuments: ptr(int32(contract.MaxDocuments + 1))}
		}, "should be less than or equal to 1000"},
		{"Not-A-Service-Name", func(*v1alpha1.RerankerSpec) {}, "lower"},
	}
	namespace := newNamespace(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := k8s.Create(t.Context(), small(namespace, test.name, test.edit))
			if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it refused with %q", err, test.want)
			}
		})
	}
}
