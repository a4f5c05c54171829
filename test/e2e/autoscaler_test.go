// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// withinMetrics is long: metrics-server looks every 15 s, and an autoscaler
// waits for two looks.
const withinMetrics = 3 * time.Minute

// With a metrics API the autoscaler sees the CPU of the serving container and
// adds a pod under load; the operator leaves its number alone.
func TestTheAutoscalerFollowsTheCPU(t *testing.T) {
	groups, err := discovery.NewDiscoveryClientForConfigOrDie(restConfig).ServerGroups()
	if err != nil {
		t.Fatal(err)
	}
	if !hasGroup(groups, "metrics.k8s.io") {
		t.Skip("the cluster has no metrics API")
	}
	rr := create(t, small(newNamespace(t), "busy", func(s *v1alpha1.RerankerSpec) {
		s.Replicas = nil
		s.Autoscaling = &v1alpha1.AutoscalingSpec{MinReplicas: ptr(int32(1)), MaxReplicas: 2, CPUUtilizationPercent: ptr(int32(20))}
	}))
	untilReady(t, rr, withinReady)
	load := startLoad(t, service(t, rr), 2)
	eventually(t, withinMetrics, "the autoscaler reads its metric", func(ctx context.Context) error {
		if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
			return err
		}
		c := meta.FindStatusCondition(rr.Status.Conditions, v1alpha1.ConditionAutoscalingActive)
		if c == nil || c.Status != metav1.ConditionTrue {
			return fmt.Errorf("AutoscalingActive is %+v", c)
		}
		return nil
	})
	untilRolled(t, rr, 2)
	load.finish(t)
	var hpa autoscaler
	read(t, rr, &hpa)
	if *hpa.Spec.MinReplicas != 1 || hpa.Status.DesiredReplicas != 2 {
		t.Errorf("the autoscaler keeps at least %d and wants %d pods, want 1 and 2", *hpa.Spec.MinReplicas, hpa.Status.DesiredReplicas)
	}
}

func hasGroup(groups *metav1.APIGroupList, name string) bool {
	for _, g := range groups.Groups {
		if g.Name == name {
			return true
		}
	}
	return false
}
