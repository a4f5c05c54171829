// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Service is the address of the API, and inside the cluster of the metrics, too.
// Monitoring asks pods and not the Service, so a load balancer needs no port for
// it.
func Service(in Input) *corev1ac.ServiceApplyConfiguration {
	rr := in.Reranker
	api := servicePortTo(contract.HTTPPortName, servicePort(rr))
	if tlsSecret(rr) != "" {
		api.WithAppProtocol("https")
	}
	spec := corev1ac.ServiceSpec().
		WithType(corev1.ServiceTypeClusterIP).
		WithSelector(SelectorLabels(rr)).
		WithPorts(api)
	if s := rr.Spec.Service; s == nil || s.Type != corev1.ServiceTypeLoadBalancer {
		spec.WithPorts(servicePortTo(contract.MetricsPortName, contract.MetricsPort))
	}
	out := corev1ac.Service(Name(rr), rr.Namespace).
		WithLabels(Labels(rr)).
		WithOwnerReferences(owner(rr)).
		WithSpec(spec)
	if s := rr.Spec.Service; s != nil {
		customizeService(out, s)
	}
	return out
}

func customizeService(out *corev1ac.ServiceApplyConfiguration, s *v1alpha1.ServiceSpec) {
	if s.Type != "" {
		out.Spec.WithType(s.Type)
	}
	if s.TrafficDistribution != "" {
		out.Spec.WithTrafficDistribution(s.TrafficDistribution)
	}
	out.WithAnnotations(s.Annotations)
}

func servicePortTo(name string, port int32) *corev1ac.ServicePortApplyConfiguration {
	return corev1ac.ServicePort().
		WithName(name).
		WithPort(port).
		WithTargetPort(intstr.FromString(name)).
		WithProtocol(corev1.ProtocolTCP)
}
