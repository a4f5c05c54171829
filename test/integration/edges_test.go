// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

// Somebody edited the number of pods by hand, and then the spec was wrong for a
// while: what the operator does to get its own fields back must not touch it.
func TestAWrongSpecLeavesTheNumberOfPods(t *testing.T) {
	t.Parallel()
	for _, owner := range []v1alpha1.AutoscalingOwner{v1alpha1.AutoscalingExternal, v1alpha1.AutoscalingOperator} {
		t.Run(string(owner), func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			startOperator(t, ns, releaseImage)
			createReranker(t, ns, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 9, Owner: owner}})
			waitForReplicas(t, ns, 2)
			change(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: childName}}, func(d *appsv1.Deployment) { d.Spec.Replicas = new(int32(7)) })
			changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) {
				s.Resources = &v1alpha1.ResourcesSpec{Requests: corev1.ResourceList{"cpu": resource.MustParse("2")}, Limits: corev1.ResourceList{"cpu": resource.MustParse("1")}}
			})
			waitForCondition(t, ns, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalidChild)
			changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Resources.Requests["cpu"] = resource.MustParse("900m") })
			eventually(t, "the spec that was mended is applied", func() error {
				cpu := get(t, ns, childName, &appsv1.Deployment{}).Spec.Template.Spec.Containers[0].Resources.Requests.Cpu()
				if cpu.MilliValue() != 900 {
					return fmt.Errorf("the pods ask for %v CPUs", cpu)
				}
				return nil
			})
			if n := replicas(t, ns); n != 7 {
				t.Errorf("%d pods, want 7", n)
			}
		})
	}
}

// unlucky fails the first write of a number of pods.
type unlucky struct {
	client.Client
	failed atomic.Bool
}

func (u *unlucky) Apply(ctx context.Context, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
	var o client.ApplyOptions
	o.ApplyOptions(opts)
	if o.FieldManager == "quantumrerank-replicas" && u.failed.CompareAndSwap(false, true) {
		return apierrors.NewServiceUnavailable("the API server is elsewhere")
	}
	return u.Client.Apply(ctx, obj, opts...)
}

func TestTheFirstNumberOfPodsIsWrittenInTheEnd(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	u := &unlucky{}
	startOperator(t, ns, releaseImage, func(_ ctrl.Manager, r *controllers.Reconciler) {
		u.Client = r.Client
		r.Client = u
	})
	createReranker(t, ns, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(3)), MaxReplicas: 9, Owner: v1alpha1.AutoscalingExternal}})
	waitForReplicas(t, ns, 3)
	if !u.failed.Load() {
		t.Error("no write has failed")
	}
}

// The API server bounds messages of conditions and of events.
func TestLongFailuresAreToldAllTheSame(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 128} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			startOperator(t, ns, releaseImage)
			var env []corev1.EnvVar
			for i := range n {
				env = append(env, corev1.EnvVar{Name: fmt.Sprintf("A=%d%s", i, strings.Repeat("x", 150))})
			}
			createReranker(t, ns, v1alpha1.RerankerSpec{PodTemplate: &v1alpha1.PodTemplateSpec{Env: env}})
			waitForCondition(t, ns, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonInvalidChild)
			waitForWarning(t, ns, v1alpha1.ReasonInvalidChild)
		})
	}
}

// The operator's cache holds what carries its label. A Deployment that lost it is
// still there, and still pinned to the release that made it.
func TestALostLabelDoesNotUnpinTheImage(t *testing.T) {
	t.Parallel()
	const label = "app.kubernetes.io/managed-by"
	ns := newNamespace(t)
	op := startOperator(t, ns, "r:v1")
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForDeployment(t, ns)
	settle(t, op, ns)
	op.stop()
	next := startOperator(t, ns, "r:v2")
	settle(t, next, ns)
	change(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: childName}}, func(d *appsv1.Deployment) { delete(d.Labels, label) })
	eventually(t, "the label is back", func() error {
		if get(t, ns, childName, &appsv1.Deployment{}).Labels[label] == "" {
			return errors.New("it is not there")
		}
		return nil
	})
	if got := get(t, ns, childName, &appsv1.Deployment{}).Spec.Template.Spec.Containers[0].Image; got != "r:v1" {
		t.Errorf("image %s, want the pinned r:v1", got)
	}
}
