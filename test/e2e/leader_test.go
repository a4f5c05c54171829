// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// withinHandOver is less than the 15 s for which a lease holds: a leader that
// ends in peace gives it back, and the other takes it at its next look.
const withinHandOver = 10 * time.Second

// Two operators: one works, the other waits with full caches. When the first
// one ends, the other goes on at once.
func TestAStandbyTakesOver(t *testing.T) {
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("back to one operator: %v", err)
		}
	})
	if err := operator.upgrade("--set", "replicas=2"); err != nil {
		t.Fatal(err)
	}
	namespace := newNamespace(t)
	rr := create(t, small(namespace, "led"))
	untilReady(t, rr, withinReady)
	leader := untilLeader(t, "")
	if err := k8s.Delete(t.Context(), &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: leader}}); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	next := untilLeader(t, leader)
	t.Logf("%s took over from %s after %s", next, leader, time.Since(begin).Round(100*time.Millisecond))
	var svc corev1.Service
	read(t, rr, &svc)
	if err := k8s.Delete(t.Context(), &svc); err != nil {
		t.Fatal(err)
	}
	untilNewService(t, rr, svc.UID)
}

// untilLeader waits for a leader that is not the one of before, and returns
// its pod's name.
func untilLeader(t *testing.T, before string) string {
	t.Helper()
	var leader string
	eventually(t, withinHandOver, "a leader other than "+fmt.Sprintf("%q", before), func(ctx context.Context) error {
		var lease coordinationv1.Lease
		if err := k8s.Get(ctx, client.ObjectKey{Namespace: systemNamespace, Name: operatorName}, &lease); err != nil {
			return err
		}
		if lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" {
			return errors.New("nobody holds the lease")
		}
		leader, _, _ = strings.Cut(*lease.Spec.HolderIdentity, "_")
		if leader == before {
			return fmt.Errorf("%s still leads", leader)
		}
		return nil
	})
	return leader
}

// The operator is killed, without a farewell, right after a change: whoever
// comes next finishes the rollout, and no caller notices.
func TestAnOperatorKilledInTheMiddle(t *testing.T) {
	rr := create(t, small(newNamespace(t), "killed", func(s *v1alpha1.RerankerSpec) { s.Replicas = ptr(int32(2)) }))
	untilReady(t, rr, withinReady)
	untilRolled(t, rr, 2)
	load := startLoad(t, service(t, rr), 2)
	before := podUIDs(t, rr)
	change(t, rr, func(s *v1alpha1.RerankerSpec) { s.Method = contract.MethodQuantum })
	var pods corev1.PodList
	if err := k8s.List(t.Context(), &pods, client.InNamespace(systemNamespace), operatorPods); err != nil || len(pods.Items) == 0 {
		t.Fatalf("%d operator pods (%v)", len(pods.Items), err)
	}
	for i := range pods.Items {
		if err := k8s.Delete(t.Context(), &pods.Items[i], client.GracePeriodSeconds(0)); err != nil {
			t.Fatal(err)
		}
	}
	untilRolled(t, rr, 2)
	after := podUIDs(t, rr)
	for _, uid := range before {
		if slices.Contains(after, uid) {
			t.Errorf("pod %s still runs the old settings", uid)
		}
	}
	load.finish(t)
}
