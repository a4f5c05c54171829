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
	op := startOperator(t, ns, releaseImage, func(mgr ctrl.Manager, r *controllers.Reconciler) {
		cluster, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
		if err != nil {
			t.Fatal(err)
		}
		if r.Kinds, err = controllers.NewKinds(cluster, mgr.GetClient()); err != nil {
			t.Fatalf("a cluster without the kinds stops the operator: %v", err)
		}
		r.Kinds.Period = 100 * time.Millisecond
		r.Kinds.NewCache = controllers.NewCacheOfKind(mgr, []string{ns})
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
		op.stop()
		if err := envtest.UninstallCRDs(adminConfig, envtest.CRDInstallOptions{CRDs: installed}); err != nil {
			t.Errorf("remove the kinds: %v", err)
		}
	})
	for _, kind := range []string{"PodMonitor", "PrometheusRule"} {
		eventually(t, kind, func() error { return monitor(t, ns, kind) })
	}
	checkMonitoringDrift(t, ns)
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

// checkMonitoringDrift changes one object and deletes the other: nothing else
// happens, so only a watch of these kinds can put them right.
func checkMonitoringDrift(t *testing.T, ns string) {
	t.Helper()
	pods := monitorObject(ns, "PodMonitor")
	change(t, pods, func(o *unstructured.Unstructured) { o.Object["spec"] = map[string]any{"selector": map[string]any{}} })
	eventually(t, "the PodMonitor selects our pods again", func() error {
		if err := monitorOf(t, ns, "PodMonitor", pods); err != nil {
			return err
		}
		selected, _, err := unstructured.NestedString(pods.Object, "spec", "selector", "matchLabels", v1alpha1.LabelReranker)
		if err != nil || selected != name {
			return fmt.Errorf("it selects %q (%w)", selected, err)
		}
		return nil
	})
	rules := monitorObject(ns, "PrometheusRule")
	if err := admin.Delete(t.Context(), rules); err != nil {
		t.Fatalf("delete the PrometheusRule: %v", err)
	}
	eventually(t, "the PrometheusRule is back", func() error { return monitor(t, ns, "PrometheusRule") })
}

func monitorObject(ns, kind string) *unstructured.Unstructured {
	obj := &unstructured.Unstructured{}
	obj.SetAPIVersion("monitoring.coreos.com/v1")
	obj.SetKind(kind)
	obj.SetNamespace(ns)
	obj.SetName(childName)
	return obj
}

func monitor(t *testing.T, ns, kind string) error {
	t.Helper()
	return monitorOf(t, ns, kind, monitorObject(ns, kind))
}

func monitorOf(t *testing.T, ns, kind string, into *unstructured.Unstructured) error {
	t.Helper()
	if err := admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: childName}, into); err != nil {
		return fmt.Errorf("get the %s: %w", kind, err)
	}
	return nil
}
