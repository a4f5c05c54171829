// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Settings is what the pods are told. Every default is written out, so that a
// pod does what status.effective says even if its own defaults differ.
func Settings(in Input) contract.Settings { return withoutNews(in, render(in)) }

func render(in Input) contract.Settings {
	e := in.Effective
	out := contract.Settings{
		Method:      string(e.Method),
		MemoryLimit: e.MemoryLimit.Value(),
		Model: contract.ModelSettings{
			Dir:           modelDir(e.Model),
			Name:          e.Model.Name,
			WeightsSHA256: e.Model.WeightsSHA256,
		},
		Targets: contract.TargetSettings{
			RerankLatencyMilliseconds:     int(*e.Targets.RerankLatencyMilliseconds),
			SimilarityLatencyMilliseconds: int(*e.Targets.SimilarityLatencyMilliseconds),
			BatchDocuments:                int(*e.Targets.BatchDocuments),
		},
		Limits: contract.LimitSettings{
			MaxDocuments:               int(*e.Limits.MaxDocuments),
			MaxQueryCharacters:         int(*e.Limits.MaxQueryCharacters),
			MaxDocumentCharacters:      int(*e.Limits.MaxDocumentCharacters),
			MaxConcurrentRequests:      int(*e.Limits.MaxConcurrentRequests),
			RequestTimeoutMilliseconds: int(*e.Limits.RequestTimeoutMilliseconds),
			MaxBodyBytes:               *e.Limits.MaxBodyBytes,
		},
		Breaker: contract.BreakerSettings{
			FailureThreshold: int(*e.Breaker.FailureThreshold),
			OpenSeconds:      int(*e.Breaker.OpenSeconds),
			HalfOpenRequests: int(*e.Breaker.HalfOpenRequests),
		},
		Drain: contract.DrainSettings{DelaySeconds: new(farewellSeconds), TimeoutSeconds: int(drainSeconds(e))},
	}
	out.Degradation.Policy = string(e.Degradation.Policy)
	out.Queue.LongestWaitMilliseconds = int(*e.Limits.LongestWaitMilliseconds)
	out.Cache.MaxBytes = new(*e.Cache.MaxBytes)
	out.Diversify.StrengthPercent = int(*e.Diversify.StrengthPercent)
	if e.Quantum != nil {
		out.Quantum, out.Hybrid = quantumSettings(e.Quantum), hybridSettings(e.Hybrid)
	}
	return out
}

func quantumSettings(q *v1alpha1.QuantumSpec) contract.QuantumSettings {
	return contract.QuantumSettings{
		State:               string(q.State),
		Rank:                int(*q.Rank),
		WeightPercent:       new(int(*q.WeightPercent)),
		Weights:             string(q.Weights),
		Encoding:            string(q.Encoding),
		Shots:               int(*q.Shots),
		Estimator:           string(q.Estimator),
		Seed:                *q.Seed,
		DepolarisingPercent: int(*q.DepolarisingPercent),
	}
}

func hybridSettings(h *v1alpha1.HybridSpec) contract.HybridSettings {
	return contract.HybridSettings{
		Fusion:               string(h.Fusion),
		LexicalWeightPercent: new(int(*h.LexicalWeightPercent)),
		PriorWeightPercent:   new(int(*h.PriorWeightPercent)),
	}
}

// farewellSeconds is how long a pod serves on after it has heard of its end.
// The kubelet's preStop sleep has emptied the endpoints by then, but callers
// with a kept connection are still there: each of their answers now says that
// the connection closes, so that nobody writes to one that is being closed.
const farewellSeconds = 2

func modelDir(m *v1alpha1.ModelSpec) string {
	if m.Bundled != nil {
		return contract.BundledModelDir
	}
	return contract.MountedModelDir
}

// drainSeconds is how long active requests may take to finish: never less
// than one request's own timeout, or a rolling update would cut it off.
func drainSeconds(e v1alpha1.EffectiveSpec) int32 {
	timeout := (*e.Limits.RequestTimeoutMilliseconds + 999) / 1000
	return max(contract.DefaultDrainTimeoutSeconds, timeout)
}

func settingsFile(in Input) string { return string(mustJSON(Settings(in))) + "\n" }

// SettingsHash names the settings: it is in the ConfigMap's name and in a
// label of the pods that mount it. Settings that are kept have the name that
// the kept pods know.
func SettingsHash(in Input) string {
	if in.keep {
		return in.last.Template.Labels[v1alpha1.LabelSettings]
	}
	return hash8([]byte(in.settings))
}
