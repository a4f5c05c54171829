// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"
	"testing"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

func monitoringKind(kind, plural string) *apiextensionsv1.CustomResourceDefinition {
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: plural + ".monitoring.coreos.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "monitoring.coreos.com", Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Kind: kind, Plural: plural},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", XPreserveUnknownFields: new(true),
				}},
			}},
		},
	}
}

func TestMonitoringFollowsTheClustersKinds(t *testing.T) {
	ns := newNamespace(t)
	startOperator(t, ns, releaseImage, func(mgr ctrl.Manager, r *controllers.Reconciler) {
		cluster, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
		if err != nil {
			t.Fatal(err)
		}
		if r.Kinds, err = controllers.NewKinds(cluster, mgr.GetClient()); err != nil {
			t.Fatalf("a cluster without the kinds stops the operator: %v", err)
		}
		r.Kinds.Period = 100 * time.Millisecond
	})
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")

	installed, err := envtest.InstallCRDs(adminConfig, envtest.CRDInstallOptions{CRDs: []*apiextensionsv1.CustomResourceDefinition{
		monitoringKind("PodMonitor", "podmonitors"), monitoringKind("PrometheusRule", "prometheusrules"),
	}})
	if err != nil {
		t.Fatalf("install the kinds: %v", err)
	}
	t.Cleanup(func() {
		if err := envtest.UninstallCRDs(adminConfig, envtest.CRDInstallOptions{CRDs: installed}); err != nil {
			t.Errorf("remove the kinds: %v", err)
		}
	})
	for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
		eventually(t, kind, func() error { return monitor(t, ns, kind) })
	}
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Monitoring = &v1alpha1.MonitoringSpec{Rules: v1alpha1.ModeDisabled} })
	eventually(t, "no PrometheusRule", func() error {
		if err := monitor(t, ns, "PrometheusRule"); !apierrors.IsNotFound(err) {
			return fmt.Errorf("it is still there (%w)", err)
		}
		return nil
	})
	if err := monitor(t, ns, "PodMonitor"); err != nil {
		t.Errorf("the PodMonitor went too: %v", err)
	}
}

func monitor(t *testing.T, ns, kind string) error {
	t.Helper()
	obj := &unstructured.Unstructured{}
	obj.SetAPIVersion("monitoring.coreos.com/v1")
	obj.SetKind(kind)
	return admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: childName}, obj)
}
