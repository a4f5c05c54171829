// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"regexp"
	"strings"
	"testing"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// A pod's name is that of its ReplicaSet and a dash, cut at 58 characters, and
// five more.
func TestAKilledPodIsFoundByItsName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"search", strings.Repeat("a", 37), strings.Repeat("a", 38), strings.Repeat("a", 40)} {
		rr := reranker(v1alpha1.RerankerSpec{})
		rr.Name = name
		r := &rules{in: NewInput(rr, "i")}
		r.memory()
		expr := r.list[len(r.list)-1]["expr"].(string)
		pattern := regexp.MustCompile("^(?:" + regexp.MustCompile(`pod=~"([^"]+)"`).FindStringSubmatch(expr)[1] + ")$")
		base := Name(rr) + "-6d9f7c5b8d-"
		if pod := base[:min(len(base), 58)] + "x2b4q"; !pattern.MatchString(pod) {
			t.Errorf("%s does not match %s", pod, pattern)
		}
		for _, other := range []string{"b-" + name, name + "-b"} {
			if pod := other + "-reranker-6d9f7c5b8d-x2b4q"; pattern.MatchString(pod) {
				t.Errorf("%s of another Reranker matches %s", pod, pattern)
			}
		}
	}
}

func TestPodsThatAreNotWantedAreNotMissed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spec v1alpha1.RerankerSpec
		want bool
	}{
		"usual":          {v1alpha1.RerankerSpec{}, true},
		"one pod":        {v1alpha1.RerankerSpec{Replicas: new(int32(1))}, true},
		"scaled to zero": {v1alpha1.RerankerSpec{Replicas: new(int32(0))}, false},
		"suspended":      {v1alpha1.RerankerSpec{Suspend: new(true)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := NewInput(&v1alpha1.Reranker{Spec: tc.spec}, "i")
			r := &rules{in: in}
			r.health()
			found := false
			for _, alert := range r.list {
				found = found || alert["alert"] == "RerankerMetricsAbsent"
			}
			if found != tc.want {
				t.Errorf("RerankerMetricsAbsent is there: %t, want %t", found, tc.want)
			}
		})
	}
}
