// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestResolveKeepsWhatSpecSays(t *testing.T) {
	t.Parallel()
	image := func(policy corev1.PullPolicy) *ModelSpec { return &ModelSpec{Image: &ModelImage{PullPolicy: policy}} }
	cpu := func(request, limit string) *ResourcesSpec {
		out := &ResourcesSpec{Requests: corev1.ResourceList{}, Limits: corev1.ResourceList{"cpu": resource.MustParse(limit)}}
		if request != "" {
			out.Requests["cpu"] = resource.MustParse(request)
		}
		return out
	}
	for name, tc := range map[string]struct {
		spec  RerankerSpec
		check func(EffectiveSpec) any
		want  any
	}{
		"no image in the image's part": {RerankerSpec{Image: &ImageSpec{}}, func(e EffectiveSpec) any { return e.Image }, "default:1"},
		"memory": {
			RerankerSpec{MemoryLimit: new(resource.MustParse("3Gi"))}, func(e EffectiveSpec) any { return e.MemoryLimit.String() }, "3Gi",
		},
		"memory by default": {RerankerSpec{}, func(e EffectiveSpec) any { return e.MemoryLimit.String() }, "2Gi"},
		"breaker": {
			RerankerSpec{Breaker: &BreakerSpec{OpenSeconds: new(int32(7))}}, func(e EffectiveSpec) any { return *e.Breaker.OpenSeconds }, int32(7),
		},
		"degradation": {
			RerankerSpec{Degradation: &DegradationSpec{Policy: "Fail"}}, func(e EffectiveSpec) any { return string(e.Degradation.Policy) }, "Fail",
		},
		"degradation without a policy": {
			RerankerSpec{Degradation: &DegradationSpec{}}, func(e EffectiveSpec) any {
				return e.Degradation.Policy == Resolve("", &RerankerSpec{}, "").Degradation.Policy
			}, true,
		},
		"cache": {
			RerankerSpec{Cache: &CacheSpec{MaxBytes: new(int64(0))}}, func(e EffectiveSpec) any { return *e.Cache.MaxBytes }, int64(0),
		},
		"hybrid": {
			RerankerSpec{Hybrid: &HybridSpec{LexicalWeightPercent: new(int32(1))}}, func(e EffectiveSpec) any { return *e.Hybrid.LexicalWeightPercent }, int32(1),
		},
		"diversify": {
			RerankerSpec{Diversify: &DiversifySpec{StrengthPercent: new(int32(9))}}, func(e EffectiveSpec) any { return *e.Diversify.StrengthPercent }, int32(9),
		},
		"the bundled model's name": {
			RerankerSpec{Model: &ModelSpec{Bundled: &BundledModel{}}}, func(e EffectiveSpec) any { return e.Model.Name }, DefaultModelName,
		},
		"a model's image is pulled once":  {RerankerSpec{Model: image("")}, func(e EffectiveSpec) any { return e.Model.Image.PullPolicy }, corev1.PullIfNotPresent},
		"a model's image is pulled again": {RerankerSpec{Model: image("Always")}, func(e EffectiveSpec) any { return e.Model.Image.PullPolicy }, corev1.PullAlways},
		"CPU is not aimed at beside other metrics": {
			RerankerSpec{Autoscaling: &AutoscalingSpec{MaxReplicas: 3, Metrics: make([]autoscalingv2.MetricSpec, 1)}},
			func(e EffectiveSpec) any { return e.Autoscaling.CPUUtilizationPercent == nil && e.OwnsAutoscaler() }, true,
		},
		"CPU is not aimed at by another autoscaler": {
			RerankerSpec{Autoscaling: &AutoscalingSpec{MaxReplicas: 3, Owner: AutoscalingExternal}},
			func(e EffectiveSpec) any { return e.Autoscaling.CPUUtilizationPercent == nil }, true,
		},
		"the autoscaler's least": {
			RerankerSpec{Autoscaling: &AutoscalingSpec{MinReplicas: new(int32(3)), MaxReplicas: 5}}, func(e EffectiveSpec) any { return e.FloorReplicas() }, int32(3),
		},
		"fixed replicas have no autoscaler": {RerankerSpec{Replicas: new(int32(3))}, func(e EffectiveSpec) any { return e.OwnsAutoscaler() }, false},
		"a CPU request": {
			RerankerSpec{Resources: cpu("3", "4")}, func(e EffectiveSpec) any { return e.CPURequest.String() }, "3",
		},
		"a CPU limit above the default request": {
			RerankerSpec{Resources: cpu("", "64")}, func(e EffectiveSpec) any { return e.CPURequest.String() }, DefaultCPURequest,
		},
		"resources without CPU": {
			RerankerSpec{Resources: &ResourcesSpec{}}, func(e EffectiveSpec) any { return e.CPURequest.String() }, DefaultCPURequest,
		},
	} {
		if got := tc.check(Resolve("search", &tc.spec, "default:1")); got != tc.want {
			t.Errorf("%s: got %v, want %v", name, got, tc.want)
		}
	}
}

func TestSuspensionMustBeSaid(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		said *bool
		want bool
	}{{nil, false}, {new(false), false}, {new(true), true}} {
		if got := (&RerankerSpec{Suspend: tc.said}).IsSuspended(); got != tc.want {
			t.Errorf("IsSuspended = %t, want %t", got, tc.want)
		}
	}
}

func TestTheKindsAreRegistered(t *testing.T) {
	t.Parallel()
	scheme := runtime.NewScheme()
	if err := AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"Reranker", "RerankerList", "ListOptions"} {
		if !scheme.Recognizes(schema.GroupVersionKind{Group: "quantumrerank.io", Version: "v1alpha1", Kind: kind}) {
			t.Errorf("%s is not registered", kind)
		}
	}
}
