// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/config"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// The operator must not emit what the pod cannot read, and the pod must not
// understand it otherwise than it was meant.
func TestThePodReadsWhatTheOperatorWrites(t *testing.T) {
	for name, in := range cases(t) {
		t.Run(name, func(t *testing.T) {
			template := Deployment(in).Spec.Template
			m := ConfigMap(in)
			if mounted := *template.Spec.Volumes[0].ConfigMap.Name; mounted != *m.Name {
				t.Fatalf("the pod mounts %q, the settings are in %q", mounted, *m.Name)
			}
			got, err := config.Parse([]byte(m.Data[contract.SettingsKey]))
			if err != nil {
				t.Fatalf("the pod refuses its settings: %v", err)
			}
			want := Settings(in)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("settings (-written +read):\n%s", diff)
			}
			if in.Effective.Quantum == nil {
				// Quantum settings do not matter to classical.
				want.Quantum, want.Hybrid = config.Effective(want).Quantum, config.Effective(want).Hybrid
			}
			if diff := cmp.Diff(want, config.Effective(got)); diff != "" {
				t.Errorf("the pod fills in what status.effective does not say (-effective +pod):\n%s", diff)
			}
			checkFlags(t, in, template.Spec.Containers[0].Args)
		})
	}
}

// checkFlags parses the arguments as the pod does.
func checkFlags(t *testing.T, in Input, args []string) {
	t.Helper()
	if args[0] != "serve" {
		t.Fatalf("args = %v, want serve first", args)
	}
	flags := map[string]string{}
	for _, arg := range args[1:] {
		name, value, ok := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if !ok {
			t.Fatalf("argument %q has no value", arg)
		}
		if name != "config" {
			flags[name] = value
		}
	}
	c, _, err := config.Load(config.Input{Flags: flags})
	if err != nil {
		t.Errorf("the pod refuses its flags: %v", err)
	}
	for _, dir := range []struct{ name, secret, got, want string }{
		{"keys", keysSecret(in), c.Process.KeysDir, keysDir},
		{"the certificate", tlsSecret(in.Reranker), c.Process.TLSDir, tlsDir},
	} {
		if want := map[bool]string{true: dir.want}[dir.secret != ""]; dir.got != want {
			t.Errorf("%s: looked for in %q, want %q", dir.name, dir.got, want)
		}
	}
}

// The pod's own bounds must not be narrower than those of the schema.
func TestThePodAcceptsTheSchemasExtremes(t *testing.T) {
	low, high := func(*int32) *int32 { return new(int32(1)) }, func(n int32) *int32 { return &n }
	for name, spec := range map[string]v1alpha1.RerankerSpec{
		"the least": {
			Limits: &v1alpha1.LimitsSpec{
				MaxDocuments: low(nil), MaxQueryCharacters: low(nil), MaxDocumentCharacters: low(nil), MaxConcurrentRequests: low(nil),
				RequestTimeoutMilliseconds: low(nil), LongestWaitMilliseconds: low(nil), MaxBodyBytes: new(int64(1024)),
			},
			Breaker: &v1alpha1.BreakerSpec{FailureThreshold: low(nil), OpenSeconds: low(nil), HalfOpenRequests: low(nil)},
			Quantum: &v1alpha1.QuantumSpec{Rank: low(nil), WeightPercent: high(0), Shots: high(0), Seed: new(int64(0)), DepolarisingPercent: high(0)},
			Hybrid:  &v1alpha1.HybridSpec{LexicalWeightPercent: high(0), PriorWeightPercent: high(0)},
			Cache:   &v1alpha1.CacheSpec{MaxBytes: new(int64(0))},
		},
		"the most": {
			Targets: &v1alpha1.TargetsSpec{RerankLatencyMilliseconds: high(60_000), SimilarityLatencyMilliseconds: high(60_000), BatchDocuments: high(1000)},
			Limits: &v1alpha1.LimitsSpec{
				MaxConcurrentRequests: high(1024), RequestTimeoutMilliseconds: high(120_000), LongestWaitMilliseconds: high(120_000),
				MaxBodyBytes: new(int64(64 << 20)),
			},
			Breaker: &v1alpha1.BreakerSpec{FailureThreshold: high(1000), OpenSeconds: high(3600), HalfOpenRequests: high(100)},
			Quantum: &v1alpha1.QuantumSpec{
				State: "fidelity", Rank: high(64), WeightPercent: high(100), Weights: "uniform",
				Shots: high(1 << 20), Estimator: "swap", Seed: new(int64(1<<53 - 1)), DepolarisingPercent: high(100),
			},
			Hybrid:    &v1alpha1.HybridSpec{Fusion: "rrf", LexicalWeightPercent: high(100), PriorWeightPercent: high(100)},
			Diversify: &v1alpha1.DiversifySpec{StrengthPercent: high(200)},
			Cache:     &v1alpha1.CacheSpec{MaxBytes: new(int64(16 << 30))},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rr := &v1alpha1.Reranker{Spec: spec}
			rr.Name = "search"
			if _, err := config.Parse([]byte(NewInput(rr, "i").settings)); err != nil {
				t.Errorf("the pod refuses its settings: %v", err)
			}
		})
	}
}
