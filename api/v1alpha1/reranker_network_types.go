// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// Mode switches an optional child.
//
// +kubebuilder:validation:Enum=Auto;Disabled
type Mode string

// Modes.
const (
	// ModeAuto makes the child where it makes sense.
	ModeAuto Mode = "Auto"
	// ModeDisabled makes none.
	ModeDisabled Mode = "Disabled"
)

// ServiceSpec configures the Service.
type ServiceSpec struct {
	// type is ClusterIP or LoadBalancer, which has no port for metrics. Default:
	// ClusterIP.
	// +kubebuilder:validation:Enum=ClusterIP;LoadBalancer
	// +optional
	Type corev1.ServiceType `json:"type,omitempty"`
	// port is the port of the Service. 1 to 65535, but not 8001, which is the
	// metrics port. Default: 80, and 443 with tls.
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	// +kubebuilder:validation:XValidation:rule="self != 8001",message="port 8001 is the metrics port of the Service"
	// +optional
	Port *int32 `json:"port,omitempty"`
	// trafficDistribution prefers near pods: PreferSameZone, PreferSameNode or
	// PreferClose. Default: no preference.
	// +kubebuilder:validation:Enum=PreferSameZone;PreferSameNode;PreferClose
	// +optional
	TrafficDistribution string `json:"trafficDistribution,omitempty"`
	// annotations are added to the Service, for load balancers that read them.
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`
}

// TLSSpec configures TLS of the API's port. The metrics port stays without; the
// network policy says who reaches it.
type TLSSpec struct {
	// secretRef names a Secret of type kubernetes.io/tls in this namespace. Pods
	// read it again when it changes, so a renewal restarts nothing.
	// +required
	SecretRef SecretReference `json:"secretRef"`
}

// DisruptionSpec configures the PodDisruptionBudget.
type DisruptionSpec struct {
	// mode is Auto (one pod at a time where at least two are kept) or Disabled
	// (no budget). Default: Auto.
	// +optional
	Mode Mode `json:"mode,omitempty"`
}

// NetworkPolicySpec configures the NetworkPolicy.
type NetworkPolicySpec struct {
	// mode is Auto (a policy is made) or Disabled (none is). Default: Auto.
	// +optional
	Mode Mode `json:"mode,omitempty"`
	// from are the peers that may call the API. Default: everybody.
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	// +optional
	From []networkingv1.NetworkPolicyPeer `json:"from,omitempty"`
	// metricsFrom are the peers, beside the operator, that may read metrics.
	// Default: pods with the label app.kubernetes.io/name=prometheus in any
	// namespace.
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	// +optional
	MetricsFrom []networkingv1.NetworkPolicyPeer `json:"metricsFrom,omitempty"`
	// egress is what pods may reach: a collector of traces, and DNS to find it.
	// Default: nothing.
	// +kubebuilder:validation:MaxItems=64
	// +listType=atomic
	// +optional
	Egress []networkingv1.NetworkPolicyEgressRule `json:"egress,omitempty"`
}

// MetricsCompat is whose names of metrics are served beside our own.
type MetricsCompat string

// Values of MetricsCompat.
const (
	MetricsCompatNone MetricsCompat = "None"
	MetricsCompatTEI  MetricsCompat = "TEI"
)

// MonitoringSpec configures metrics and the objects of the Prometheus operator.
type MonitoringSpec struct {
	// podMonitor is Auto (made where the cluster knows the kind) or Disabled.
	// Default: Auto.
	// +optional
	PodMonitor Mode `json:"podMonitor,omitempty"`
	// rules is Auto (a PrometheusRule with alerts is made where the cluster
	// knows the kind) or Disabled. Default: Auto.
	// +optional
	Rules Mode `json:"rules,omitempty"`
	// metricsCompat is None or TEI: TEI adds metrics under the names that
	// dashboards for Text Embeddings Inference look for. Default: None.
	// +kubebuilder:validation:Enum=None;TEI
	// +optional
	MetricsCompat MetricsCompat `json:"metricsCompat,omitempty"`
	// labels are added to both objects, for a Prometheus that selects by label.
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	Labels map[string]string `json:"labels,omitempty"`
}
