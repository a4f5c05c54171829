// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
)

// What dies, drifts or is deleted comes back; and the operator, restarted or
// upgraded, leaves running pods alone.
func TestRepair(t *testing.T) {
	rr := create(t, small(newNamespace(t), "repair"))
	untilReady(t, rr, withinReady)
	untilRolled(t, rr, 1)

	t.Run("a killed pod is replaced", func(t *testing.T) { checkKilledPod(t, rr) })
	t.Run("drift is undone", func(t *testing.T) { checkDrift(t, rr) })
	t.Run("a deleted child comes back", func(t *testing.T) { checkDeletedChild(t, rr) })
	t.Run("a restarted operator leaves pods alone", func(t *testing.T) { checkRestart(t, rr) })
	t.Run("an upgraded operator leaves pods alone", func(t *testing.T) { checkUpgrade(t, rr) })
}

func checkKilledPod(t *testing.T, rr *v1alpha1.Reranker) {
	before := podUIDs(t, rr)
	pods, err := podsOf(t.Context(), rr)
	if err != nil {
		t.Fatal(err)
	}
	if err := k8s.Delete(t.Context(), &pods[0], client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	eventually(t, withinReady, "a pod in place of the killed one", func(ctx context.Context) error {
		now, err := podsOf(ctx, rr)
		if err != nil {
			return err
		}
		if len(now) != 1 || slices.Contains(before, now[0].UID) || !podReady(&now[0]) {
			return fmt.Errorf("%d pods", len(now))
		}
		return nil
	})
	untilReady(t, rr, withinReady)
	if _, err := service(t, rr).rerank(t.Context(), rerank.Request{Query: "q", Documents: []string{"a"}}); err != nil {
		t.Error(err)
	}
}

func checkDrift(t *testing.T, rr *v1alpha1.Reranker) {
	patch := func(object client.Object, body string) {
		t.Helper()
		object.SetNamespace(rr.Namespace)
		object.SetName(child(rr).Name)
		if err := k8s.Patch(t.Context(), object, client.RawPatch(types.MergePatchType, []byte(body))); err != nil {
			t.Fatal(err)
		}
	}
	patch(&corev1.Service{}, `{"spec":{"selector":{"quantumrerank.io/reranker":"somebody-else"}}}`)
	patch(&deployment{}, `{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":21}}}}`)
	eventually(t, withinRepair, "the Service's selector and the Deployment's grace period", func(ctx context.Context) error {
		var svc corev1.Service
		var d deployment
		if err := errors.Join(k8s.Get(ctx, child(rr), &svc), k8s.Get(ctx, child(rr), &d)); err != nil {
			return err
		}
		grace := *d.Spec.Template.Spec.TerminationGracePeriodSeconds
		if selected := svc.Spec.Selector[v1alpha1.LabelReranker]; selected != rr.Name || grace == 21 {
			return fmt.Errorf("the Service selects %q, the grace period is %d s", selected, grace)
		}
		return nil
	})
	untilRolled(t, rr, 1)
}

func checkDeletedChild(t *testing.T, rr *v1alpha1.Reranker) {
	var old corev1.Service
	read(t, rr, &old)
	if err := k8s.Delete(t.Context(), &old); err != nil {
		t.Fatal(err)
	}
	untilNewService(t, rr, old.UID)
}

// untilNewService waits for the operator to make the Service anew, which also
// shows that an operator is at work.
func untilNewService(t *testing.T, rr *v1alpha1.Reranker, old types.UID) {
	t.Helper()
	eventually(t, withinReady, "a new Service", func(ctx context.Context) error {
		var svc corev1.Service
		if err := k8s.Get(ctx, child(rr), &svc); err != nil {
			return err
		}
		if svc.UID == old {
			return errors.New("still the old one")
		}
		return nil
	})
}

func checkRestart(t *testing.T, rr *v1alpha1.Reranker) {
	before := podUIDs(t, rr)
	var pods corev1.PodList
	if err := k8s.List(t.Context(), &pods, client.InNamespace(systemNamespace), operatorPods); err != nil || len(pods.Items) == 0 {
		t.Fatalf("%d operator pods (%v)", len(pods.Items), err)
	}
	for i := range pods.Items {
		if err := k8s.Delete(t.Context(), &pods.Items[i]); err != nil {
			t.Fatal(err)
		}
	}
	checkDeletedChild(t, rr)
	if after := podUIDs(t, rr); !slices.Equal(before, after) {
		t.Errorf("pods %v became %v", before, after)
	}
}

// checkUpgrade gives the operator another default image, as a new release has.
func checkUpgrade(t *testing.T, rr *v1alpha1.Reranker) {
	before := podUIDs(t, rr)
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("back to the first release: %v", err)
		}
	})
	next := imageValues("rerankerImage", "localhost/quantumrerank/reranker:next-release")
	if err := operator.upgrade(next...); err != nil {
		t.Fatal(err)
	}
	checkDeletedChild(t, rr)
	if after := podUIDs(t, rr); !slices.Equal(before, after) {
		t.Errorf("pods %v became %v", before, after)
	}
	var d deployment
	read(t, rr, &d)
	if image := d.Spec.Template.Spec.Containers[0].Image; image != operator.rerankerImage {
		t.Errorf("the operator's upgrade changed the pods' image to %s", image)
	}
}

func podUIDs(t *testing.T, rr *v1alpha1.Reranker) []types.UID {
	t.Helper()
	pods, err := podsOf(t.Context(), rr)
	if err != nil {
		t.Fatal(err)
	}
	var uids []types.UID
	for _, p := range pods {
		uids = append(uids, p.UID)
	}
	slices.Sort(uids)
	return uids
}

func podReady(p *pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
