// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// leftovers names every object in the namespace that carries a Reranker's
// label, or its name.
func leftovers(ctx context.Context, rr *v1alpha1.Reranker) ([]string, error) {
	var found []string
	for _, list := range []client.ObjectList{
		&appsv1.DeploymentList{}, &appsv1.ReplicaSetList{}, &corev1.PodList{}, &corev1.ServiceList{},
		&corev1.ConfigMapList{}, &corev1.ServiceAccountList{}, &autoscalingv2.HorizontalPodAutoscalerList{},
		&policyv1.PodDisruptionBudgetList{}, &networkingv1.NetworkPolicyList{}, &discoveryv1.EndpointSliceList{},
	} {
		if err := k8s.List(ctx, list, client.InNamespace(rr.Namespace)); err != nil {
			return nil, err
		}
		objects, err := meta.ExtractList(list)
		if err != nil {
			return nil, err
		}
		for _, object := range objects {
			o := object.(client.Object)
			if o.GetLabels()[v1alpha1.LabelReranker] == rr.Name || strings.HasPrefix(o.GetName(), child(rr).Name) {
				found = append(found, fmt.Sprintf("%T %s", o, o.GetName()))
			}
		}
	}
	return found, nil
}

func TestDeleteLeavesNothing(t *testing.T) {
	for _, policy := range []client.PropagationPolicy{"Background", "Foreground"} {
		t.Run(string(policy), func(t *testing.T) {
			rr := create(t, small(newNamespace(t), "gone", func(s *v1alpha1.RerankerSpec) {
				s.Replicas = nil
				s.Autoscaling = &v1alpha1.AutoscalingSpec{MinReplicas: ptr(int32(2)), MaxReplicas: 3}
			}))
			untilReady(t, rr, withinReady)
			if there, err := leftovers(t.Context(), rr); err != nil || len(there) < 10 {
				t.Fatalf("before the deletion there are only %q (%v)", there, err)
			}
			if err := k8s.Delete(t.Context(), rr, policy); err != nil {
				t.Fatal(err)
			}
			// Pods drain first, and the garbage collector learns of a new kind
			// only at its next look at the API, every 30 seconds.
			took := eventually(t, 90*time.Second, "nothing left", func(ctx context.Context) error {
				left, err := leftovers(ctx, rr)
				if err == nil && len(left) > 0 {
					err = fmt.Errorf("left: %q", left)
				}
				if err != nil {
					return err
				}
				err = k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr)
				if err == nil {
					return errors.New("the Reranker itself is still there")
				}
				return client.IgnoreNotFound(err)
			})
			t.Logf("gone after %s", took.Round(time.Second))
		})
	}
}
