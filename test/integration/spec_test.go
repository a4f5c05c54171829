// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// fullSpec sets every field.
func fullSpec() v1alpha1.RerankerSpec {
	return v1alpha1.RerankerSpec{
		Method: "hybrid",
		Targets: &v1alpha1.TargetsSpec{
			RerankLatencyMilliseconds: new(int32(400)), SimilarityLatencyMilliseconds: new(int32(50)),
			BatchDocuments: new(int32(50)), RequestsPerMinute: new(int32(60)), Percentile: new(int32(99)), WindowSeconds: new(int32(120)), Policy: "Enforce",
		},
		MemoryLimit: new(resource.MustParse("1536Mi")),
		Resources: &v1alpha1.ResourcesSpec{
			Requests: corev1.ResourceList{"cpu": resource.MustParse("0.25")},
			Limits:   corev1.ResourceList{"cpu": resource.MustParse("2000m")},
		},
		Autoscaling: &v1alpha1.AutoscalingSpec{
			MinReplicas: new(int32(2)), MaxReplicas: 8, CPUUtilizationPercent: new(int32(60)), Owner: "Operator",
		},
		Model: &v1alpha1.ModelSpec{
			Name: "mine", WeightsSHA256: "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
			PersistentVolumeClaim: &v1alpha1.ModelClaim{ClaimName: "models", SubPath: "v3"},
		},
		Quantum: &v1alpha1.QuantumSpec{
			State: "mixed", Rank: new(int32(4)), WeightPercent: new(int32(0)), Weights: "uniform", Encoding: "amplitude",
			Shots: new(int32(64)), Estimator: "swap", Seed: new(int64(1<<53 - 1)), DepolarisingPercent: new(int32(1)),
		},
		Hybrid:    &v1alpha1.HybridSpec{Fusion: "rrf", LexicalWeightPercent: new(int32(0)), PriorWeightPercent: new(int32(40))},
		Diversify: &v1alpha1.DiversifySpec{StrengthPercent: new(int32(100))},
		Limits: &v1alpha1.LimitsSpec{
			MaxDocuments: new(int32(200)), MaxQueryCharacters: new(int32(500)), MaxDocumentCharacters: new(int32(9000)),
			MaxConcurrentRequests: new(int32(4)), RequestTimeoutMilliseconds: new(int32(2000)), MaxBodyBytes: new(int64(1 << 20)),
			LongestWaitMilliseconds: new(int32(300)),
		},
		Breaker:     &v1alpha1.BreakerSpec{FailureThreshold: new(int32(5)), OpenSeconds: new(int32(10)), HalfOpenRequests: new(int32(2))},
		Degradation: &v1alpha1.DegradationSpec{Policy: "OnOverload"},
		Cache:       &v1alpha1.CacheSpec{MaxBytes: new(int64(0))},
		Auth:        &v1alpha1.AuthSpec{APIKeysSecretRef: &v1alpha1.SecretReference{Name: "keys"}, RequestsPerMinute: new(int32(600)), ConcurrentRequests: new(int32(8))},
		TLS:         &v1alpha1.TLSSpec{SecretRef: v1alpha1.SecretReference{Name: "search-tls"}},
		Monitoring:  &v1alpha1.MonitoringSpec{MetricsCompat: v1alpha1.MetricsCompatTEI},
		Rollout: &v1alpha1.RolloutSpec{
			MaxSurge: new(int32(2)), MaxUnavailable: new(int32(0)), MinReadySeconds: new(int32(5)), ProgressDeadlineSeconds: new(int32(300)),
		},
		Service: &v1alpha1.ServiceSpec{
			Type: corev1.ServiceTypeClusterIP, Port: new(int32(8080)), TrafficDistribution: "PreferClose",
			Annotations: map[string]string{"example.com/a": "b"},
		},
		NetworkPolicy: &v1alpha1.NetworkPolicySpec{
			From: []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": "rag"}}}},
			Egress: []networkingv1.NetworkPolicyEgressRule{
				{
					To:    []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "collector"}}}},
					Ports: []networkingv1.NetworkPolicyPort{{Port: new(intstr.FromInt32(4318))}},
				},
				{Ports: []networkingv1.NetworkPolicyPort{{Protocol: new(corev1.ProtocolUDP), Port: new(intstr.FromInt32(53))}}},
			},
		},
		PodTemplate: fullPodTemplate(),
		Image:       &v1alpha1.ImageSpec{Reference: "example/reranker@sha256:0000000000000000000000000000000000000000000000000000000000000000", PullPolicy: "Always"},
	}
}

func fullPodTemplate() *v1alpha1.PodTemplateSpec {
	return &v1alpha1.PodTemplateSpec{
		Metadata:     &v1alpha1.PodMetadata{Labels: map[string]string{"team": "rag"}, Annotations: map[string]string{"note": "x"}},
		NodeSelector: map[string]string{"disk": "ssd"},
		Tolerations:  []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "rag", Effect: corev1.TaintEffectNoSchedule}},
		Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "arch", Operator: corev1.NodeSelectorOpIn, Values: []string{"amd64"}}},
			}}},
		}},
		TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{
			MaxSkew: 2, TopologyKey: "kubernetes.io/hostname", WhenUnsatisfiable: corev1.DoNotSchedule,
		}},
		PriorityClassName: "", RuntimeClassName: "", ImagePullSecrets: []v1alpha1.PullSecret{{Name: "pull"}},
		Env: []corev1.EnvVar{
			{Name: "EMPTY"},
			{Name: "PLAIN", Value: "1"},
			{Name: "NODE", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.nodeName"}}},
		},
	}
}

func wantEqual[T comparable](got, want T) error {
	if got != want {
		return fmt.Errorf("it is %v, want %v", got, want)
	}
	return nil
}

func wantNot[T comparable](got, not T) error {
	if got == not {
		return fmt.Errorf("it is still %v", got)
	}
	return nil
}

func wantConfigMaps(t *testing.T, namespace string, n int) error {
	t.Helper()
	var list corev1.ConfigMapList
	if err := admin.List(t.Context(), &list, client.InNamespace(namespace), client.HasLabels{v1alpha1.LabelSettings}); err != nil {
		return err
	}
	return wantEqual(len(list.Items), n)
}

// Whoever reaches a load balancer must not read metrics.
func TestALoadBalancerHasNoPortForMetrics(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	wantPorts(t, ns, contract.HTTPPortName, contract.MetricsPortName)
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) {
		s.Service = &v1alpha1.ServiceSpec{Type: corev1.ServiceTypeLoadBalancer}
	})
	wantPorts(t, ns, contract.HTTPPortName)
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.Service = nil })
	wantPorts(t, ns, contract.HTTPPortName, contract.MetricsPortName)
	serve(t, ns)
	settle(t, op, ns)
}

func TestEgressIsOpenedAndClosed(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	op := startOperator(t, ns, releaseImage)
	createReranker(t, ns, v1alpha1.RerankerSpec{NetworkPolicy: &v1alpha1.NetworkPolicySpec{
		Egress: []networkingv1.NetworkPolicyEgressRule{{Ports: []networkingv1.NetworkPolicyPort{{Port: new(intstr.FromInt32(4318))}}}},
	}})
	waitForChildren(t, ns, "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy")
	serve(t, ns)
	settle(t, op, ns)
	if got := get(t, ns, childName, &networkingv1.NetworkPolicy{}).Spec.Egress; len(got) != 1 || got[0].Ports[0].Port.IntValue() != 4318 {
		t.Errorf("egress = %v, want that of spec", got)
	}
	changeReranker(t, ns, func(s *v1alpha1.RerankerSpec) { s.NetworkPolicy = nil })
	eventually(t, "egress is closed", func() error {
		return wantEqual(len(get(t, ns, childName, &networkingv1.NetworkPolicy{}).Spec.Egress), 0)
	})
}
