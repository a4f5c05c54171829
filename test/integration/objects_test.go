// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

const (
	name      = "search"
	childName = "search-reranker"
)

// createReranker makes a Reranker called search.
func createReranker(t *testing.T, namespace string, spec v1alpha1.RerankerSpec) *v1alpha1.Reranker {
	t.Helper()
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Spec: spec}
	if err := admin.Create(t.Context(), rr); err != nil {
		t.Fatalf("create the Reranker: %v", err)
	}
	return rr
}

// change edits an object as its user would, again after a conflict.
func change[T client.Object](t *testing.T, obj T, edit func(T)) T {
	t.Helper()
	eventually(t, "change "+obj.GetName(), func() error {
		if err := admin.Get(t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		edit(obj)
		return admin.Update(t.Context(), obj, client.FieldOwner("somebody"))
	})
	return obj
}

func changeReranker(t *testing.T, namespace string, edit func(*v1alpha1.RerankerSpec)) {
	t.Helper()
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}}
	change(t, rr, func(rr *v1alpha1.Reranker) { edit(&rr.Spec) })
}

// children are all kinds of children but ConfigMaps.
func children() map[string]client.Object {
	return map[string]client.Object{
		"ServiceAccount":          &corev1.ServiceAccount{},
		"Deployment":              &appsv1.Deployment{},
		"Service":                 &corev1.Service{},
		"HorizontalPodAutoscaler": &autoscalingv2.HorizontalPodAutoscaler{},
		"PodDisruptionBudget":     &policyv1.PodDisruptionBudget{},
		"NetworkPolicy":           &networkingv1.NetworkPolicy{},
	}
}

// waitForChildren waits until exactly these kinds exist.
func waitForChildren(t *testing.T, namespace string, kinds ...string) {
	t.Helper()
	eventually(t, "children", func() error {
		for kind, obj := range children() {
			err := admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: childName}, obj)
			switch want := slices.Contains(kinds, kind); {
			case err != nil && !apierrors.IsNotFound(err):
				return err
			case want && err != nil:
				return fmt.Errorf("%s is missing", kind)
			case !want && err == nil:
				return fmt.Errorf("%s is still there", kind)
			}
		}
		return nil
	})
}

// wantPorts compares the names of the Service's ports.
func wantPorts(t *testing.T, namespace string, want ...string) {
	t.Helper()
	eventually(t, "the Service's ports", func() error {
		var got []string
		for _, p := range get(t, namespace, childName, &corev1.Service{}).Spec.Ports {
			got = append(got, p.Name)
		}
		return wantEqual(fmt.Sprint(got), fmt.Sprint(want))
	})
}

// waitForCondition waits until a condition has a status and a reason and
// speaks of the present generation.
func waitForCondition(t *testing.T, namespace, kind string, status metav1.ConditionStatus, reason string) *v1alpha1.Reranker {
	t.Helper()
	var rr v1alpha1.Reranker
	eventually(t, kind+" "+string(status)+" "+reason, func() error {
		if err := admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &rr); err != nil {
			return err
		}
		c := meta.FindStatusCondition(rr.Status.Conditions, kind)
		if c == nil {
			return errors.New("no such condition yet")
		}
		if c.Status != status || c.Reason != reason || c.ObservedGeneration != rr.Generation {
			return fmt.Errorf("it is %s %s (%s) of generation %d, want generation %d", c.Status, c.Reason, c.Message, c.ObservedGeneration, rr.Generation)
		}
		return nil
	})
	return &rr
}

// serve writes the status that the cluster would write when all pods of the
// Deployment serve.
func serve(t *testing.T, namespace string) {
	t.Helper()
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: childName, Namespace: namespace}}
	eventually(t, "write the Deployment's status", func() error {
		if err := admin.Get(t.Context(), client.ObjectKeyFromObject(d), d); err != nil {
			return err
		}
		n := *d.Spec.Replicas
		d.Status = appsv1.DeploymentStatus{
			ObservedGeneration: d.Generation, Replicas: n, UpdatedReplicas: n, ReadyReplicas: n, AvailableReplicas: n,
			Conditions: []appsv1.DeploymentCondition{{
				Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable",
			}},
		}
		return admin.Status().Update(t.Context(), d)
	})
}

// settle waits until the Reranker is Ready and the operator is quiet.
func settle(t *testing.T, op *operator, namespace string) {
	t.Helper()
	eventually(t, "all pods serve", func() error {
		d := get(t, namespace, childName, &appsv1.Deployment{})
		if d.Status.AvailableReplicas == *d.Spec.Replicas && d.Status.ObservedGeneration == d.Generation {
			return nil
		}
		serve(t, namespace)
		return errors.New("not yet")
	})
	waitForCondition(t, namespace, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonAvailable)
	quiesce(t, op)
}

// quiesce waits until the operator has written nothing for a second.
func quiesce(t *testing.T, op *operator) {
	t.Helper()
	last, quiet := int64(-1), 0
	eventually(t, "the operator is quiet", func() error {
		if now := op.writes.Load(); now != last {
			last, quiet = now, 0
		}
		if quiet++; quiet < 20 {
			return fmt.Errorf("%d writes, last %v", last, op.list()[max(0, len(op.list())-3):])
		}
		return nil
	})
}

// reconcile runs one pass at once, beside those that events cause.
func (o *operator) reconcile(t *testing.T, namespace string) {
	t.Helper()
	_, err := o.reconciler.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKey{Namespace: namespace, Name: name}})
	if err != nil {
		t.Fatalf("reconcile: %v", err)
	}
}

// knowsOfDeletion fails until the operator's cache says that the Reranker is
// gone or going. Until then it rightly repairs what is taken away; the garbage
// collector, which is not running here, would take that too.
func (o *operator) knowsOfDeletion(t *testing.T, namespace string) error {
	t.Helper()
	var rr v1alpha1.Reranker
	err := o.reconciler.Client.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, &rr)
	if err == nil && rr.DeletionTimestamp.IsZero() {
		return errors.New("the Reranker is still wanted")
	}
	return client.IgnoreNotFound(err)
}
