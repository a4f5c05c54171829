// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// A pod that goes over its memory is killed by the kernel, and its Reranker
// says so with the limit that was in force.
func TestMemoryLimitIsInForce(t *testing.T) {
	image := os.Getenv("GREEDY_IMAGE")
	if image == "" {
		t.Skip("GREEDY_IMAGE is not set: it names an image of test/e2e/greedy that the cluster has; `make e2e` makes one")
	}
	rr := create(t, small(newNamespace(t), "greedy", func(s *v1alpha1.RerankerSpec) {
		s.MemoryLimit = ptr(resource.MustParse("256Mi"))
		s.Image = &v1alpha1.ImageSpec{Reference: image}
		s.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("300m")}
	}))
	var killed time.Time
	eventually(t, withinReady, "the pod is killed", func(ctx context.Context) error {
		pods, err := podsOf(ctx, rr)
		if err != nil || len(pods) != 1 {
			return fmt.Errorf("%d pods: %w", len(pods), err)
		}
		if err := inForce(&pods[0], "256Mi", "300m"); err != nil {
			return err
		}
		killed, err = killedForMemory(&pods[0])
		return err
	})
	took := eventually(t, withinCause, "the cause", func(ctx context.Context) error {
		if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
			return err
		}
		for _, kind := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionDegraded} {
			c := meta.FindStatusCondition(rr.Status.Conditions, kind)
			if c != nil && c.Reason == v1alpha1.ReasonOOMKilled {
				t.Logf("%s is %s: %s", kind, c.Status, c.Message)
				return nil
			}
		}
		return fmt.Errorf("conditions %+v", rr.Status.Conditions)
	})
	t.Logf("the cause stood in the Reranker %s after it was looked for, %s after the kill (seconds are cut off)",
		took.Round(time.Millisecond), time.Since(killed).Round(time.Second))
}

// inForce compares what the kubelet says of the running container.
func inForce(p *pod, memory, cpu string) error {
	if len(p.Status.ContainerStatuses) != 1 || p.Status.ContainerStatuses[0].Resources == nil {
		return fmt.Errorf("no resources reported yet: %+v", p.Status.ContainerStatuses)
	}
	limits := p.Status.ContainerStatuses[0].Resources.Limits
	if limits.Memory().String() != memory || limits.Cpu().String() != cpu {
		return fmt.Errorf("limits in force are %s memory and %s CPU, want %s and %s", limits.Memory(), limits.Cpu(), memory, cpu)
	}
	return nil
}

func killedForMemory(p *pod) (time.Time, error) {
	for _, s := range p.Status.ContainerStatuses {
		for _, state := range []corev1.ContainerState{s.State, s.LastTerminationState} {
			if end := state.Terminated; end != nil && end.Reason == v1alpha1.ReasonOOMKilled {
				return end.FinishedAt.Time, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("it lives: %+v", p.Status.ContainerStatuses)
}
