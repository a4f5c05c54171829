// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// drifts are changes that somebody makes by hand to what the operator owns.
// same reports whether the change is still there.
var drifts = map[string]struct {
	kind client.Object
	edit func(client.Object)
	same func(client.Object) bool
}{
	"the image of the Deployment": {
		&appsv1.Deployment{},
		func(o client.Object) { o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Image = "evil" },
		func(o client.Object) bool {
			return o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Image == "evil"
		},
	},
	"the port of the container": {
		&appsv1.Deployment{},
		func(o client.Object) {
			o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Ports[0].ContainerPort = 9
		},
		func(o client.Object) bool {
			for _, p := range o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Ports {
				if p.ContainerPort == 9 {
					return true
				}
			}
			return false
		},
	},
	"the security of the pods": {
		&appsv1.Deployment{},
		func(o client.Object) { o.(*appsv1.Deployment).Spec.Template.Spec.SecurityContext.RunAsNonRoot = nil },
		func(o client.Object) bool {
			return o.(*appsv1.Deployment).Spec.Template.Spec.SecurityContext.RunAsNonRoot == nil
		},
	},
	"the memory limit": {
		&appsv1.Deployment{},
		func(o client.Object) {
			delete(o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Resources.Limits, "memory")
		},
		func(o client.Object) bool {
			return o.(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Resources.Limits.Memory().IsZero()
		},
	},
	"a label of the Deployment": {
		&appsv1.Deployment{},
		func(o client.Object) { o.SetLabels(nil) },
		func(o client.Object) bool { return len(o.GetLabels()) == 0 },
	},
	"the port of the Service": {
		&corev1.Service{},
		func(o client.Object) { o.(*corev1.Service).Spec.Ports[0].Port = 81 },
		func(o client.Object) bool {
			s := o.(*corev1.Service)
			return len(s.Spec.Ports) != 2 || s.Spec.Ports[0].Port == 81 || s.Spec.Ports[1].Port == 81
		},
	},
	"the selector of the Service": {
		&corev1.Service{},
		func(o client.Object) { o.(*corev1.Service).Spec.Selector[v1alpha1.LabelTrack] = "candidate" },
		func(o client.Object) bool {
			return o.(*corev1.Service).Spec.Selector[v1alpha1.LabelTrack] == "candidate"
		},
	},
	// A selector is one thing: with a key more it selects no pods, and the object is
	// there and does nothing.
	"a key more in the selector of the Service": {
		&corev1.Service{},
		func(o client.Object) { o.(*corev1.Service).Spec.Selector["x"] = "y" },
		func(o client.Object) bool { return o.(*corev1.Service).Spec.Selector["x"] != "" },
	},
	"a key more in the selector of the NetworkPolicy": {
		&networkingv1.NetworkPolicy{},
		func(o client.Object) { o.(*networkingv1.NetworkPolicy).Spec.PodSelector.MatchLabels["x"] = "y" },
		func(o client.Object) bool {
			return o.(*networkingv1.NetworkPolicy).Spec.PodSelector.MatchLabels["x"] != ""
		},
	},
	"a key more in the selector of the budget": {
		&policyv1.PodDisruptionBudget{},
		func(o client.Object) { o.(*policyv1.PodDisruptionBudget).Spec.Selector.MatchLabels["x"] = "y" },
		func(o client.Object) bool {
			return o.(*policyv1.PodDisruptionBudget).Spec.Selector.MatchLabels["x"] != ""
		},
	},
	"the least number of pods": {
		&autoscalingv2.HorizontalPodAutoscaler{},
		func(o client.Object) { o.(*autoscalingv2.HorizontalPodAutoscaler).Spec.MinReplicas = new(int32(7)) },
		func(o client.Object) bool { return *o.(*autoscalingv2.HorizontalPodAutoscaler).Spec.MinReplicas == 7 },
	},
	"the budget": {
		&policyv1.PodDisruptionBudget{},
		func(o client.Object) {
			o.(*policyv1.PodDisruptionBudget).Spec.MaxUnavailable = new(intstr.FromInt32(2))
		},
		func(o client.Object) bool {
			return o.(*policyv1.PodDisruptionBudget).Spec.MaxUnavailable.IntValue() == 2
		},
	},
	"the peers of the API": {
		&networkingv1.NetworkPolicy{},
		func(o client.Object) { o.(*networkingv1.NetworkPolicy).Spec.Ingress[0].From = nil },
		func(o client.Object) bool { return o.(*networkingv1.NetworkPolicy).Spec.Ingress[0].From == nil },
	},
	"the token of the ServiceAccount": {
		&corev1.ServiceAccount{},
		func(o client.Object) { o.(*corev1.ServiceAccount).AutomountServiceAccountToken = nil },
		func(o client.Object) bool { return o.(*corev1.ServiceAccount).AutomountServiceAccountToken == nil },
	},
}

var everyChild = []string{"ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"}

func TestDriftIsPutRight(t *testing.T) {
	t.Parallel()
	for what, tc := range drifts {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			op := startOperator(t, ns, releaseImage)
			createReranker(t, ns, fullSpec())
			waitForChildren(t, ns, everyChild...)
			serve(t, ns)
			settle(t, op, ns)

			obj := tc.kind.DeepCopyObject().(client.Object)
			obj.SetNamespace(ns)
			obj.SetName(childName)
			change(t, obj, tc.edit)
			eventually(t, "the change is taken back", func() error {
				if err := admin.Get(t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
					return err
				}
				if tc.same(obj) {
					return errors.New("it is still there")
				}
				return nil
			})
			waitForDriftEvent(t, ns)
			serve(t, ns)
			settle(t, op, ns)
		})
	}
}

func waitForDriftEvent(t *testing.T, ns string) {
	t.Helper()
	eventually(t, "an event names who changed it", func() error {
		var list eventsv1.EventList
		if err := admin.List(t.Context(), &list, client.InNamespace(ns)); err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.Reason == "DriftCorrected" && strings.Contains(e.Note, "somebody") {
				return nil
			}
		}
		return fmt.Errorf("none of %d events", len(list.Items))
	})
}

func TestDeletedChildrenComeBack(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, fullSpec())
	waitForChildren(t, ns, everyChild...)
	for kind, obj := range children() {
		obj.SetNamespace(ns)
		obj.SetName(childName)
		if err := admin.Delete(t.Context(), obj); err != nil {
			t.Fatalf("delete the %s: %v", kind, err)
		}
	}
	if err := admin.DeleteAllOf(t.Context(), &corev1.ConfigMap{}, client.InNamespace(ns), client.HasLabels{v1alpha1.LabelSettings}); err != nil {
		t.Fatalf("delete the ConfigMap: %v", err)
	}
	waitForChildren(t, ns, everyChild...)
	eventually(t, "the settings are back", func() error { return wantConfigMaps(t, ns, 1) })
}

func TestWhatOthersAddStays(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	d := get(t, ns, childName, &appsv1.Deployment{})
	change(t, d, func(d *appsv1.Deployment) {
		d.Spec.Template.Annotations["kubectl.kubernetes.io/restartedAt"] = "now"
	})
	serve(t, ns)
	settle(t, op, ns)
	d = get(t, ns, childName, &appsv1.Deployment{})
	if d.Spec.Template.Annotations["kubectl.kubernetes.io/restartedAt"] != "now" {
		t.Error("the operator took back a restart")
	}
}

// A change that the API server lets nobody put right without taking it over
// must not cost what else its writer has there.
func TestATakeOverLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	const restarted, balanced = "kubectl.kubernetes.io/restartedAt", "example.com/balanced"
	change(t, get(t, ns, childName, &appsv1.Deployment{}), func(d *appsv1.Deployment) {
		pod := &d.Spec.Template
		pod.Annotations[restarted] = "now"
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "mesh", Image: "mesh"})
		pod.Spec.Containers[0].VolumeMounts = append(pod.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "tmp", MountPath: "/theirs"})
		pod.Spec.Containers[0].Ports[0].ContainerPort = 9
	})
	change(t, get(t, ns, childName, &corev1.Service{}), func(s *corev1.Service) {
		s.Finalizers = append(s.Finalizers, balanced)
		metav1.SetMetaDataAnnotation(&s.ObjectMeta, balanced, "yes")
		s.Spec.Ports[0].Port = 81
	})
	defer change(t, get(t, ns, childName, &corev1.Service{}), func(s *corev1.Service) { s.Finalizers = nil })
	eventually(t, "the ports are put back", func() error {
		d, s := get(t, ns, childName, &appsv1.Deployment{}), get(t, ns, childName, &corev1.Service{})
		return errors.Join(
			wantEqual(fmt.Sprint(len(s.Spec.Ports), s.Spec.Ports[0].Port), "2 80"),
			wantEqual(fmt.Sprint(len(d.Spec.Template.Spec.Containers[0].Ports), d.Spec.Template.Spec.Containers[0].Ports[0].ContainerPort), "2 8000"))
	})
	serve(t, ns)
	settle(t, op, ns)

	d, s := get(t, ns, childName, &appsv1.Deployment{}), get(t, ns, childName, &corev1.Service{})
	if got := d.Spec.Template.Annotations[restarted]; got != "now" {
		t.Error("a restart was taken back")
	}
	if got := len(d.Spec.Template.Spec.Containers); got != 2 {
		t.Errorf("%d containers, want ours and theirs", got)
	}
	if got := len(d.Spec.Template.Spec.Containers[0].VolumeMounts); got != 3 {
		t.Errorf("%d mounts, want two of ours and theirs", got)
	}
	if len(s.Finalizers) == 0 || s.Annotations[balanced] != "yes" {
		t.Errorf("finalizers %v and annotations %v lack somebody's", s.Finalizers, s.Annotations)
	}
}

func TestAForeignChildIsNeverAdopted(t *testing.T) {
	t.Parallel()
	for kind, foreign := range map[string]client.Object{
		"Service": &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 1234}}}},
		"Deployment": &appsv1.Deployment{Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "b"}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "theirs", Image: "theirs"}}},
			},
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			foreign.SetNamespace(ns)
			foreign.SetName(childName)
			if err := admin.Create(t.Context(), foreign); err != nil {
				t.Fatalf("create the foreign %s: %v", kind, err)
			}
			before := foreign.GetResourceVersion()
			op := startOperator(t, ns, releaseImage)
			createReranker(t, ns, v1alpha1.RerankerSpec{})
			rr := waitForCondition(t, ns, v1alpha1.ConditionStalled, metav1.ConditionTrue, v1alpha1.ReasonNameConflict)
			waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonNameConflict)
			for range 10 {
				op.reconcile(t, ns)
			}
			if err := admin.Get(t.Context(), client.ObjectKeyFromObject(foreign), foreign); err != nil {
				t.Fatalf("get the foreign %s: %v", kind, err)
			}
			if foreign.GetResourceVersion() != before {
				t.Errorf("the operator touched the foreign %s", kind)
			}
			if err := admin.Delete(t.Context(), foreign); err != nil {
				t.Fatalf("delete the foreign %s: %v", kind, err)
			}
			change(t, rr, func(rr *v1alpha1.Reranker) { rr.Annotations = map[string]string{"look": "again"} })
			waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
		})
	}
}

func TestAChildOfAnEarlierRerankerIsAwaited(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	old := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
		Name: childName, Namespace: ns,
		OwnerReferences: []metav1.OwnerReference{{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.Kind, Name: name, UID: "gone", Controller: new(true),
		}},
	}}
	if err := admin.Create(t.Context(), old); err != nil {
		t.Fatalf("create the old child: %v", err)
	}
	startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	rr := waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionFalse, v1alpha1.ReasonWaitingForDeletion)
	for _, c := range rr.Status.Conditions {
		if c.Type == v1alpha1.ConditionStalled {
			t.Error("Stalled is set although time will help")
		}
	}
	if err := admin.Delete(t.Context(), old); err != nil && !apierrors.IsNotFound(err) {
		t.Fatalf("delete the old child: %v", err)
	}
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
}
