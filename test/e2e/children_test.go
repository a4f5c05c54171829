// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// checkChildren reads every child of the sample Reranker as the API server has
// it: what matters to whoever runs it, and to whoever attacks it.
func checkChildren(t *testing.T, rr *v1alpha1.Reranker) {
	var d deployment
	read(t, rr, &d)
	spec := d.Spec.Template.Spec
	if *d.Spec.Replicas != 1 {
		t.Errorf("Deployment: %d replicas, want the autoscaler's least, 1", *d.Spec.Replicas)
	}
	if spec.AutomountServiceAccountToken == nil || *spec.AutomountServiceAccountToken {
		t.Error("Deployment: the pods get a token of the API server")
	}
	container := spec.Containers[0]
	if container.Image != operator.rerankerImage {
		t.Errorf("Deployment: image %q, want the chart's %q", container.Image, operator.rerankerImage)
	}
	memory := container.Resources.Limits.Memory()
	if memory.Value() != contract.DefaultMemoryLimitBytes || !memory.Equal(*container.Resources.Requests.Memory()) {
		t.Errorf("Deployment: memory limit %s, request %s, want 2Gi for both", memory, container.Resources.Requests.Memory())
	}
	if container.StartupProbe == nil || container.ReadinessProbe == nil || container.LivenessProbe == nil {
		t.Error("Deployment: a probe is missing")
	}
	if c := container.SecurityContext; c == nil || c.ReadOnlyRootFilesystem == nil || !*c.ReadOnlyRootFilesystem {
		t.Error("Deployment: the root filesystem can be written to")
	}

	var svc corev1.Service
	read(t, rr, &svc)
	if port := svc.Spec.Ports[0]; port.Port != 80 || port.TargetPort.String() != contract.HTTPPortName && port.TargetPort.IntValue() != contract.HTTPPort {
		t.Errorf("Service: port %+v, want 80 to %d", port, contract.HTTPPort)
	}

	var hpa autoscaler
	read(t, rr, &hpa)
	if *hpa.Spec.MinReplicas != 1 || hpa.Spec.MaxReplicas != 3 {
		t.Errorf("HorizontalPodAutoscaler: %d to %d pods, want 1 to 3", *hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas)
	}
	read(t, rr, &corev1.ServiceAccount{})
	read(t, rr, &networkingv1.NetworkPolicy{})

	// A budget for one pod would block every drain.
	var budget policyv1.PodDisruptionBudget
	if err := k8s.Get(t.Context(), child(rr), &budget); !apierrors.IsNotFound(err) {
		t.Errorf("PodDisruptionBudget of a single pod: %v, want none", err)
	}
	checkSettings(t, rr)
}

// read gets a child and checks that it belongs to its Reranker.
func read(t *testing.T, rr *v1alpha1.Reranker, object client.Object) {
	t.Helper()
	if err := k8s.Get(t.Context(), child(rr), object); err != nil {
		t.Fatal(err)
	}
	if !metav1.IsControlledBy(object, rr) {
		t.Errorf("%T %s is not controlled by the Reranker: %+v", object, object.GetName(), object.GetOwnerReferences())
	}
	if object.GetLabels()[v1alpha1.LabelReranker] != rr.Name {
		t.Errorf("%T %s lacks the label %s", object, object.GetName(), v1alpha1.LabelReranker)
	}
}

// checkSettings reads the ConfigMap that the pods mount.
func checkSettings(t *testing.T, rr *v1alpha1.Reranker) {
	t.Helper()
	var list corev1.ConfigMapList
	if err := k8s.List(t.Context(), &list, client.InNamespace(rr.Namespace), client.MatchingLabels{v1alpha1.LabelReranker: rr.Name}); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 {
		t.Fatalf("%d ConfigMaps, want 1", len(list.Items))
	}
	configMap := list.Items[0]
	if configMap.Immutable == nil || !*configMap.Immutable || !strings.HasPrefix(configMap.Name, child(rr).Name+"-") {
		t.Errorf("ConfigMap %s: want an immutable one named by its content", configMap.Name)
	}
	var settings contract.Settings
	if err := json.Unmarshal([]byte(configMap.Data[contract.SettingsKey]), &settings); err != nil {
		t.Fatal(err)
	}
	if settings.Method != contract.MethodHybrid {
		t.Errorf("settings have method %q", settings.Method)
	}
}

func checkStatus(t *testing.T, rr *v1alpha1.Reranker) {
	if want := "http://" + child(rr).Name + "." + rr.Namespace + ".svc"; rr.Status.URL != want {
		t.Errorf("url %q, want %q", rr.Status.URL, want)
	}
	if rr.Status.Pods != "1/1" || rr.Status.ReadyReplicas != 1 {
		t.Errorf("pods %q, %d ready", rr.Status.Pods, rr.Status.ReadyReplicas)
	}
	effective := rr.Status.Effective
	if effective == nil || effective.Method != contract.MethodHybrid || effective.Image != operator.rerankerImage {
		t.Errorf("effective %+v", effective)
	}
	for kind, want := range map[string]metav1.ConditionStatus{
		v1alpha1.ConditionReady: "True", v1alpha1.ConditionAvailable: "True",
		v1alpha1.ConditionModelLoaded: "True", v1alpha1.ConditionDegraded: "False",
	} {
		condition := meta.FindStatusCondition(rr.Status.Conditions, kind)
		if condition == nil || condition.Status != want || condition.Reason == "" || condition.Message == "" {
			t.Errorf("condition %s: %+v, want %s with reason and message", kind, condition, want)
		}
	}
	for _, kind := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionPaused} {
		if condition := meta.FindStatusCondition(rr.Status.Conditions, kind); condition != nil {
			t.Errorf("condition %s is there without need: %+v", kind, condition)
		}
	}
}

// checkColumns asks for the table that `kubectl get rr` prints.
func checkColumns(t *testing.T, rr *v1alpha1.Reranker) {
	var table metav1.Table
	err := clientset.CoreV1().RESTClient().Get().
		AbsPath("/apis/quantumrerank.io/v1alpha1/namespaces", rr.Namespace, "rerankers", rr.Name).
		SetHeader("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io").
		Do(t.Context()).Into(&table)
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, column := range table.ColumnDefinitions {
		if column.Priority == 0 {
			columns = append(columns, column.Name)
		}
	}
	if want := []string{"Name", "Method", "Ready", "Reason", "Targets", "Pods", "P95", "Age"}; !slices.Equal(columns, want) {
		t.Errorf("columns %q, want %q", columns, want)
	}
	cells := table.Rows[0].Cells
	if cells[0] != rr.Name || cells[1] != "hybrid" || cells[2] != "True" || cells[3] != "Available" || cells[5] != "1/1" {
		t.Errorf("row %v", cells)
	}
}
