// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Defaults that only the operator knows; those that the pod shares are in
// package contract.
const (
	DefaultMinReplicas             = 1
	DefaultMaxReplicas             = 3
	DefaultCPUUtilizationPercent   = 70
	DefaultCPURequest              = "500m"
	DefaultServicePort             = 80
	DefaultTLSServicePort          = 443
	DefaultMaxSurge                = 1
	DefaultMaxUnavailable          = 0
	DefaultProgressDeadlineSeconds = 600
	// DefaultModelName is the bundled model's id in answers of the API.
	DefaultModelName = "all-MiniLM-L6-v2"
)

// Resolve fills every default of the Reranker called name. image is the image
// to use when spec names none. It is pure: the same spec gives the same
// result. A default never breaks a rule that ties two fields together: when
// only one of them is set, the other yields.
func Resolve(name string, spec *RerankerSpec, image string) EffectiveSpec {
	targets, limits := resolveTargets(spec.Targets, spec.Limits), resolveLimits(spec.Limits, spec.Targets)
	out := EffectiveSpec{
		Method:      orDefault(spec.Method, contract.DefaultMethod),
		Image:       image,
		MemoryLimit: resource.NewQuantity(contract.DefaultMemoryLimitBytes, resource.BinarySI),
		CPURequest:  resolveCPU(spec.Resources),
		Model:       resolveModel(name, spec.Model),
		Targets:     &targets,
		Limits:      &limits,
		Breaker:     resolveBreaker(spec.Breaker),
		Degradation: resolveDegradation(spec.Degradation),
		Cache:       resolveCache(spec.Cache),
		Diversify:   resolveDiversify(spec.Diversify),
		Rollout:     resolveRollout(spec.Rollout),
	}
	if spec.Image != nil && spec.Image.Reference != "" {
		out.Image = spec.Image.Reference
	}
	if spec.MemoryLimit != nil {
		limit := spec.MemoryLimit.DeepCopy()
		out.MemoryLimit = &limit
	}
	if out.Method != contract.MethodClassical {
		out.Quantum, out.Hybrid = resolveQuantum(spec.Quantum), resolveHybrid(spec.Hybrid)
	}
	if spec.Replicas != nil {
		out.Replicas = new(*spec.Replicas)
	} else {
		out.Autoscaling = resolveAutoscaling(spec.Autoscaling)
	}
	return out
}

func resolveTargets(in *TargetsSpec, limits *LimitsSpec) TargetsSpec {
	var out TargetsSpec
	if in != nil {
		out = *in.DeepCopy()
	}
	latency, batch := int32(contract.DefaultRerankLatencyMilliseconds), int32(contract.DefaultBatchDocuments)
	if limits != nil && limits.RequestTimeoutMilliseconds != nil {
		latency = min(latency, *limits.RequestTimeoutMilliseconds)
	}
	if limits != nil && limits.MaxDocuments != nil {
		batch = min(batch, *limits.MaxDocuments)
	}
	setDefault(&out.RerankLatencyMilliseconds, latency)
	setDefault(&out.SimilarityLatencyMilliseconds, contract.DefaultSimilarityLatencyMilliseconds)
	setDefault(&out.BatchDocuments, batch)
	setDefault(&out.RequestsPerMinute, contract.DefaultRequestsPerMinute)
	setDefault(&out.Percentile, contract.DefaultPercentile)
	setDefault(&out.WindowSeconds, contract.DefaultWindowSeconds)
	out.Policy = orDefault(out.Policy, TargetsObserve)
	return out
}

func resolveLimits(in *LimitsSpec, targets *TargetsSpec) LimitsSpec {
	var out LimitsSpec
	if in != nil {
		out = *in.DeepCopy()
	}
	timeout := int32(contract.DefaultRequestTimeoutMilliseconds)
	if targets != nil && targets.RerankLatencyMilliseconds != nil {
		timeout = max(timeout, *targets.RerankLatencyMilliseconds)
	}
	setDefault(&out.MaxDocuments, contract.MaxDocuments)
	setDefault(&out.MaxQueryCharacters, contract.MaxQueryCharacters)
	setDefault(&out.MaxDocumentCharacters, contract.MaxDocumentCharacters)
	setDefault(&out.MaxConcurrentRequests, contract.DefaultMaxConcurrentRequests)
	setDefault(&out.RequestTimeoutMilliseconds, timeout)
	setDefault(&out.MaxBodyBytes, contract.DefaultMaxBodyBytes)
	setDefault(&out.LongestWaitMilliseconds, contract.DefaultLongestWaitMilliseconds)
	return out
}

func resolveBreaker(in *BreakerSpec) *BreakerSpec {
	out := &BreakerSpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	setDefault(&out.FailureThreshold, contract.DefaultBreakerFailureThreshold)
	setDefault(&out.OpenSeconds, contract.DefaultBreakerOpenSeconds)
	setDefault(&out.HalfOpenRequests, contract.DefaultBreakerHalfOpenRequests)
	return out
}

func resolveDegradation(in *DegradationSpec) *DegradationSpec {
	if in == nil || in.Policy == "" {
		return &DegradationSpec{Policy: contract.DefaultDegradationPolicy}
	}
	return in.DeepCopy()
}

func resolveCache(in *CacheSpec) *CacheSpec {
	out := &CacheSpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	setDefault(&out.MaxBytes, contract.DefaultCacheBytes)
	return out
}

func resolveQuantum(in *QuantumSpec) *QuantumSpec {
	out := &QuantumSpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	out.State = orDefault(out.State, contract.DefaultQuantumState)
	setDefault(&out.Rank, contract.DefaultQuantumRank)
	setDefault(&out.WeightPercent, contract.DefaultQuantumWeightPercent)
	out.Weights = orDefault(out.Weights, contract.DefaultTokenWeights)
	out.Encoding = orDefault(out.Encoding, contract.DefaultEncoding)
	setDefault(&out.Shots, 0)
	out.Estimator = orDefault(out.Estimator, contract.DefaultEstimator)
	setDefault(&out.Seed, 0)
	setDefault(&out.DepolarisingPercent, 0)
	return out
}

func resolveHybrid(in *HybridSpec) *HybridSpec {
	out := &HybridSpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	out.Fusion = orDefault(out.Fusion, contract.DefaultFusion)
	setDefault(&out.LexicalWeightPercent, contract.DefaultLexicalWeightPercent)
	setDefault(&out.PriorWeightPercent, contract.DefaultPriorWeightPercent)
	return out
}

func resolveDiversify(in *DiversifySpec) *DiversifySpec {
	out := &DiversifySpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	setDefault(&out.StrengthPercent, 0)
	return out
}

func resolveModel(name string, in *ModelSpec) *ModelSpec {
	if in == nil {
		return &ModelSpec{Name: DefaultModelName, Bundled: &BundledModel{}}
	}
	out := in.DeepCopy()
	if out.Bundled != nil {
		out.Name = orDefault(out.Name, DefaultModelName)
	}
	out.Name = orDefault(out.Name, name)
	if out.Image != nil {
		out.Image.PullPolicy = orDefault(out.Image.PullPolicy, corev1.PullIfNotPresent)
	}
	return out
}

func resolveAutoscaling(in *AutoscalingSpec) *AutoscalingSpec {
	out := &AutoscalingSpec{MaxReplicas: DefaultMaxReplicas}
	if in != nil {
		out = in.DeepCopy()
	}
	setDefault(&out.MinReplicas, DefaultMinReplicas)
	out.Owner = orDefault(out.Owner, AutoscalingOperator)
	if out.Owner == AutoscalingOperator && len(out.Metrics) == 0 {
		setDefault(&out.CPUUtilizationPercent, DefaultCPUUtilizationPercent)
	}
	return out
}

func resolveRollout(in *RolloutSpec) *RolloutSpec {
	out := &RolloutSpec{}
	if in != nil {
		out = in.DeepCopy()
	}
	setDefault(&out.MaxSurge, DefaultMaxSurge)
	setDefault(&out.MaxUnavailable, DefaultMaxUnavailable)
	setDefault(&out.MinReadySeconds, 0)
	setDefault(&out.ProgressDeadlineSeconds, max(DefaultProgressDeadlineSeconds, *out.MinReadySeconds+60))
	out.UpgradePolicy = orDefault(out.UpgradePolicy, UpgradeManual)
	return out
}

// resolveCPU takes the request; without one, a limit below the default takes
// its place, because a request may not exceed its limit.
func resolveCPU(in *ResourcesSpec) *resource.Quantity {
	cpu := resource.MustParse(DefaultCPURequest)
	if in == nil {
		return &cpu
	}
	if request, ok := in.Requests[corev1.ResourceCPU]; ok {
		cpu = request.DeepCopy()
	} else if limit, ok := in.Limits[corev1.ResourceCPU]; ok && limit.Cmp(cpu) < 0 {
		cpu = limit.DeepCopy()
	}
	return &cpu
}

// FloorReplicas is the least number of pods that the Reranker must keep.
func (e *EffectiveSpec) FloorReplicas() int32 {
	if e.Replicas != nil {
		return *e.Replicas
	}
	return *e.Autoscaling.MinReplicas
}

// OwnsAutoscaler reports whether the operator makes an autoscaler.
func (e *EffectiveSpec) OwnsAutoscaler() bool {
	return e.Autoscaling != nil && e.Autoscaling.Owner == AutoscalingOperator
}

// IsSuspended reports whether the Reranker wants no pods for now.
func (s *RerankerSpec) IsSuspended() bool { return s.Suspend != nil && *s.Suspend }

func setDefault[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
