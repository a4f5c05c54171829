// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestResolveFillsEveryDefaultOfAnEmptySpec(t *testing.T) {
	t.Parallel()
	got := Resolve("search", &RerankerSpec{}, "reranker:1")
	want := EffectiveSpec{
		Method:      "hybrid",
		Image:       "reranker:1",
		MemoryLimit: new(resource.MustParse("2Gi")),
		CPURequest:  new(resource.MustParse("500m")),
		Autoscaling: &AutoscalingSpec{
			MinReplicas: new(int32(1)), MaxReplicas: 3, CPUUtilizationPercent: new(int32(70)), Owner: "Operator",
		},
		Model: &ModelSpec{Name: "all-MiniLM-L6-v2", Bundled: &BundledModel{}},
		Quantum: &QuantumSpec{
			State: "mixed", Rank: new(int32(16)), WeightPercent: new(int32(20)), Weights: "idf", Encoding: "amplitude",
			Shots: new(int32(0)), Estimator: "inversion", Seed: new(int64(0)), DepolarisingPercent: new(int32(0)),
		},
		Hybrid:    &HybridSpec{Fusion: "convex", LexicalWeightPercent: new(int32(30)), PriorWeightPercent: new(int32(30))},
		Diversify: &DiversifySpec{StrengthPercent: new(int32(0))},
		Targets: &TargetsSpec{
			RerankLatencyMilliseconds: new(int32(500)), SimilarityLatencyMilliseconds: new(int32(100)),
			BatchDocuments: new(int32(100)), RequestsPerMinute: new(int32(100)), Percentile: new(int32(95)), WindowSeconds: new(int32(300)), Policy: "Observe",
		},
		Limits: &LimitsSpec{
			MaxDocuments: new(int32(1000)), MaxQueryCharacters: new(int32(10_000)), MaxDocumentCharacters: new(int32(50_000)),
			MaxConcurrentRequests: new(int32(8)), RequestTimeoutMilliseconds: new(int32(10_000)), MaxBodyBytes: new(int64(16 << 20)),
			LongestWaitMilliseconds: new(int32(1000)),
		},
		Degradation: &DegradationSpec{Policy: "OnDeadline"},
		Cache:       &CacheSpec{MaxBytes: new(int64(64 << 20))},
		Breaker:     &BreakerSpec{FailureThreshold: new(int32(3)), OpenSeconds: new(int32(30)), HalfOpenRequests: new(int32(1))},
		Rollout: &RolloutSpec{
			MaxSurge: new(int32(1)), MaxUnavailable: new(int32(0)), MinReadySeconds: new(int32(0)),
			ProgressDeadlineSeconds: new(int32(600)), UpgradePolicy: "Manual",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Resolve (-want +got):\n%s", diff)
	}
}

func TestResolveLeavesTheSpecAlone(t *testing.T) {
	t.Parallel()
	spec := &RerankerSpec{
		Targets: &TargetsSpec{}, Limits: &LimitsSpec{}, Breaker: &BreakerSpec{}, Quantum: &QuantumSpec{}, Hybrid: &HybridSpec{}, Diversify: &DiversifySpec{},
		Autoscaling: &AutoscalingSpec{MaxReplicas: 2}, Model: &ModelSpec{Image: &ModelImage{Reference: "m:1"}}, Rollout: &RolloutSpec{},
	}
	before := spec.DeepCopy()
	Resolve("search", spec, "")
	if diff := cmp.Diff(before, spec); diff != "" {
		t.Errorf("Resolve changed its input (-before +after):\n%s", diff)
	}
}

func TestDefaultsYieldToTheFieldThatIsSet(t *testing.T) {
	t.Parallel()
	type figures struct{ Latency, Timeout, Batch, Documents int32 }
	for name, tc := range map[string]struct {
		spec RerankerSpec
		want figures
	}{
		"a short timeout lowers the default target": {
			spec: RerankerSpec{Limits: &LimitsSpec{RequestTimeoutMilliseconds: new(int32(200))}},
			want: figures{200, 200, 100, 1000},
		},
		"a long target raises the default timeout": {
			spec: RerankerSpec{Targets: &TargetsSpec{RerankLatencyMilliseconds: new(int32(30_000))}},
			want: figures{30_000, 30_000, 100, 1000},
		},
		"few documents lower the default batch": {
			spec: RerankerSpec{Limits: &LimitsSpec{MaxDocuments: new(int32(50))}},
			want: figures{500, 10_000, 50, 50},
		},
		"what is set stays": {
			spec: RerankerSpec{
				Targets: &TargetsSpec{RerankLatencyMilliseconds: new(int32(300)), BatchDocuments: new(int32(10))},
				Limits:  &LimitsSpec{RequestTimeoutMilliseconds: new(int32(400)), MaxDocuments: new(int32(20))},
			},
			want: figures{300, 400, 10, 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := Resolve("search", &tc.spec, "")
			got := figures{
				*e.Targets.RerankLatencyMilliseconds, *e.Limits.RequestTimeoutMilliseconds,
				*e.Targets.BatchDocuments, *e.Limits.MaxDocuments,
			}
			if got != tc.want {
				t.Errorf("Resolve = %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestResolveSingleChoices(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spec  RerankerSpec
		check func(EffectiveSpec) any
		want  any
	}{
		"classical has no quantum settings": {
			RerankerSpec{Method: "classical"}, func(e EffectiveSpec) any { return e.Quantum == nil }, true,
		},
		"fixed replicas exclude autoscaling": {
			RerankerSpec{Replicas: new(int32(4))}, func(e EffectiveSpec) any { return e.Autoscaling == nil && e.FloorReplicas() == 4 }, true,
		},
		"zero replicas are not a default": {
			RerankerSpec{Replicas: new(int32(0))}, func(e EffectiveSpec) any { return e.FloorReplicas() }, int32(0),
		},
		"a weight of zero is not a default": {
			RerankerSpec{Quantum: &QuantumSpec{WeightPercent: new(int32(0))}}, func(e EffectiveSpec) any { return *e.Quantum.WeightPercent }, int32(0),
		},
		"a spec's image wins": {
			RerankerSpec{Image: &ImageSpec{Reference: "mine:2"}}, func(e EffectiveSpec) any { return e.Image }, "mine:2",
		},
		"a mounted model is called like the Reranker": {
			RerankerSpec{Model: &ModelSpec{PersistentVolumeClaim: &ModelClaim{ClaimName: "c"}}}, func(e EffectiveSpec) any { return e.Model.Name }, "search",
		},
		"a CPU limit below the default request lowers it": {
			RerankerSpec{Resources: &ResourcesSpec{Limits: corev1.ResourceList{"cpu": resource.MustParse("200m")}}},
			func(e EffectiveSpec) any { return e.CPURequest.String() }, "200m",
		},
		"an external autoscaler is not ours": {
			RerankerSpec{Autoscaling: &AutoscalingSpec{MaxReplicas: 2, Owner: "External"}}, func(e EffectiveSpec) any { return e.OwnsAutoscaler() }, false,
		},
		"a long warm-up extends the deadline": {
			RerankerSpec{Rollout: &RolloutSpec{MinReadySeconds: new(int32(600))}}, func(e EffectiveSpec) any { return *e.Rollout.ProgressDeadlineSeconds }, int32(660),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.check(Resolve("search", &tc.spec, "default:1")); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}
