// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Deadlines. The first two are promises of the product.
const (
	withinReady  = 60 * time.Second // a Reranker that can run is Ready
	withinCause  = 15 * time.Second // one that cannot says why
	withinRepair = 30 * time.Second // a child is as it should be again
	withinRoll   = 120 * time.Second
)

// eventually polls until check returns nil, and fails the test with its last
// error when the deadline passes first.
func eventually(t *testing.T, deadline time.Duration, what string, check func(ctx context.Context) error) time.Duration {
	t.Helper()
	begin := time.Now()
	last := errors.New("never checked")
	err := wait.PollUntilContextTimeout(t.Context(), 200*time.Millisecond, deadline, true,
		func(ctx context.Context) (bool, error) {
			last = check(ctx)
			return last == nil, nil
		})
	if err != nil {
		t.Fatalf("%s: not within %s: %v", what, deadline, last)
	}
	return time.Since(begin)
}

// create makes a Reranker; the caller's namespace cleans up after it.
func create(t *testing.T, rr *v1alpha1.Reranker) *v1alpha1.Reranker {
	t.Helper()
	if err := k8s.Create(t.Context(), rr); err != nil {
		t.Fatalf("create Reranker: %v", err)
	}
	return rr
}

// untilReady waits until the operator says Ready of the current generation.
func untilReady(t *testing.T, rr *v1alpha1.Reranker, deadline time.Duration) {
	t.Helper()
	took := eventually(t, deadline, "Reranker "+rr.Name+" Ready", func(ctx context.Context) error {
		if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
			return err
		}
		return ready(rr)
	})
	t.Logf("%s is Ready after %s", rr.Name, took.Round(100*time.Millisecond))
}

// ready says why a Reranker is not Ready, or nil.
func ready(rr *v1alpha1.Reranker) error {
	condition := meta.FindStatusCondition(rr.Status.Conditions, v1alpha1.ConditionReady)
	switch {
	case condition == nil:
		return errors.New("no condition Ready yet")
	case rr.Status.ObservedGeneration != rr.Generation:
		return fmt.Errorf("status speaks of generation %d, spec is %d", rr.Status.ObservedGeneration, rr.Generation)
	case condition.Status != "True":
		return fmt.Errorf("Ready=%s %s: %s", condition.Status, condition.Reason, condition.Message)
	}
	return nil
}

// untilRolled waits until the spec's pods, and no others, exist and serve.
func untilRolled(t *testing.T, rr *v1alpha1.Reranker, pods int32) {
	t.Helper()
	eventually(t, withinRoll, "rollout of "+rr.Name, func(ctx context.Context) error {
		if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
			return err
		}
		if err := ready(rr); err != nil {
			return err
		}
		var d deployment
		if err := k8s.Get(ctx, child(rr), &d); err != nil {
			return err
		}
		s := d.Status
		if s.ObservedGeneration != d.Generation || s.UpdatedReplicas != pods || s.Replicas != pods || s.AvailableReplicas != pods {
			return fmt.Errorf("want %d pods: %d exist, %d updated, %d available (generation %d of %d)",
				pods, s.Replicas, s.UpdatedReplicas, s.AvailableReplicas, s.ObservedGeneration, d.Generation)
		}
		return nil
	})
}
