// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// Kinds of children.
var (
	KindServiceAccount   = schema.GroupVersionKind{Version: "v1", Kind: "ServiceAccount"}
	KindConfigMap        = schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	KindDeployment       = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	KindService          = schema.GroupVersionKind{Version: "v1", Kind: "Service"}
	KindAutoscaler       = schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}
	KindDisruptionBudget = schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"}
	KindNetworkPolicy    = schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"}
	KindPodMonitor       = schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PodMonitor"}
	KindPrometheusRule   = schema.GroupVersionKind{Group: "monitoring.coreos.com", Version: "v1", Kind: "PrometheusRule"}
)

// Child is one object of a Reranker.
type Child struct {
	Kind      schema.GroupVersionKind
	Namespace string
	Name      string
	// Desired is what to apply; nil means that the object must not exist.
	Desired *unstructured.Unstructured
}

// String names the child for messages.
func (c Child) String() string { return fmt.Sprintf("%s %q", c.Kind.Kind, c.Namespace+"/"+c.Name) }

// Children lists the objects of a Reranker in the order in which they are
// applied: what pods need, and what guards them, comes before the pods. Kinds that the cluster does
// not know are left out.
func Children(in Input) []Child {
	name := Name(in.Reranker)
	out := []Child{
		child(in, KindServiceAccount, name, ServiceAccount(in)),
		child(in, KindConfigMap, ConfigMapName(in), ConfigMap(in)),
		child(in, KindNetworkPolicy, name, NetworkPolicy(in)),
		child(in, KindDeployment, name, Deployment(in)),
		child(in, KindService, name, Service(in)),
		child(in, KindAutoscaler, name, Autoscaler(in)),
		child(in, KindDisruptionBudget, name, DisruptionBudget(in)),
	}
	if in.Monitoring.PodMonitor {
		out = append(out, child(in, KindPodMonitor, name, PodMonitor(in)))
	}
	if in.Monitoring.PrometheusRule {
		out = append(out, child(in, KindPrometheusRule, name, PrometheusRule(in)))
	}
	return out
}

func child(in Input, kind schema.GroupVersionKind, name string, desired any) Child {
	out := Child{Kind: kind, Namespace: in.Reranker.Namespace, Name: name}
	if v := reflect.ValueOf(desired); !v.IsValid() || v.IsNil() {
		return out
	}
	out.Desired = seal(mustJSON(desired))
	return out
}

// seal adds the hash of an object to its annotations. A field that was applied
// earlier and is no longer wanted cannot be seen by looking at what is wanted
// now; it is seen by the hash.
func seal(data []byte) *unstructured.Unstructured {
	out := &unstructured.Unstructured{}
	if err := out.UnmarshalJSON(data); err != nil {
		panic(fmt.Sprintf("BUG: decode an apply configuration: %v", err))
	}
	out.SetAnnotations(merge(out.GetAnnotations(), map[string]string{v1alpha1.AnnotationApplied: hash8(data)}))
	return out
}
