// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func TestDefaultImage(t *testing.T) {
	t.Parallel()
	live := func(image string, available int32, reason string) *appsv1.Deployment {
		return &appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1alpha1.AnnotationDefaultImage: image}},
			Status: appsv1.DeploymentStatus{
				AvailableReplicas: available,
				Conditions:        []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Reason: reason}},
			},
		}
	}
	auto := v1alpha1.RerankerSpec{Rollout: &v1alpha1.RolloutSpec{UpgradePolicy: v1alpha1.UpgradeAuto}}
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		live *appsv1.Deployment
		want string
	}{
		"a new Reranker gets the release":               {v1alpha1.RerankerSpec{}, nil, "v2"},
		"pods that serve keep their image":              {v1alpha1.RerankerSpec{}, live("v1", 1, "ReplicaSetUpdated"), "v1"},
		"pods that served before an outage keep it":     {v1alpha1.RerankerSpec{}, live("v1", 0, "NewReplicaSetAvailable"), "v1"},
		"an image that never served is replaced":        {v1alpha1.RerankerSpec{}, live("v1", 0, "ReplicaSetUpdated"), "v2"},
		"policy Auto follows the release":               {auto, live("v1", 1, ""), "v2"},
		"an image that spec had named before is let go": {v1alpha1.RerankerSpec{}, live("", 1, ""), "v2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rr := &v1alpha1.Reranker{Spec: tc.spec}
			if got := DefaultImage(rr, tc.live, "v2"); got != tc.want {
				t.Errorf("DefaultImage = %q, want %q", got, tc.want)
			}
		})
	}
}
