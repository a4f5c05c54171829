// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"testing"
	"time"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func effective() *v1alpha1.EffectiveSpec {
	spec := v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 8}}
	e := v1alpha1.Resolve("search", &spec, "i")
	return &e
}

func targets() *v1alpha1.TargetsSpec { return effective().Targets }

func window(reranks Histogram) Window {
	return Window{Pods: 2, Scraped: 2, Span: time.Minute, Rerank: reranks}
}

var (
	fast    = hist(100, 0, 0, 0) // p95 0.1 s
	good    = hist(0, 100, 0, 0) // p95 0.5 s: within, but not calm
	slow    = hist(0, 50, 50, 0) // p95 1 s
	stuck   = hist(0, 0, 0, 100) // beyond all buckets
	few     = hist(0, 0, 20, 0)  // too few to tell
	noData  = Window{Pods: 4, Scraped: 1, Span: time.Minute, Rerank: slow}
	nothing = Window{}
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		w    Window
		want string
	}{
		"all within":              {window(fast), "True/WithinTargets"},
		"exactly the percentile":  {window(hist(0, 95, 5, 0)), "True/WithinTargets"},
		"one too many":            {window(hist(0, 94, 6, 0)), "False/RerankTooSlow"},
		"too few":                 {window(few), "Unknown/NoTraffic"},
		"no pods":                 {nothing, "Unknown/NoPods"},
		"most pods silent":        {noData, "Unknown/ScrapeFailed"},
		"half of the pods silent": {Window{Pods: 4, Scraped: 2, Span: 1, Rerank: fast}, "True/WithinTargets"},
		"first look":              {Window{Pods: 1, Scraped: 1}, "Unknown/WarmingUp"},
		"only similarities, slow": {Window{Pods: 1, Scraped: 1, Span: 1, Similarity: good}, "False/SimilarityTooSlow"},
		"few slow similarities":   {Window{Pods: 1, Scraped: 1, Span: 1, Rerank: fast, Similarity: few}, "True/WithinTargets"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := Judge(tc.w, targets())
			if got := string(v.Status) + "/" + v.Reason; got != tc.want {
				t.Errorf("Judge = %s (%s), want %s", got, v.Message, tc.want)
			}
		})
	}
}

// step is one step of the planner, 15 seconds after the one before it.
type step struct {
	w        Window
	replicas int32
	times    int
}

func play(steps ...step) Plan {
	var p Plan
	now := time.Unix(0, 0)
	for _, s := range steps {
		for range max(s.times, 1) {
			now = now.Add(15 * time.Second)
			p = p.Next(s.w, effective(), s.replicas, now)
		}
	}
	return p
}

func TestPlanner(t *testing.T) {
	t.Parallel()
	const calmSteps = 41 // ten minutes, and the step that starts them
	for name, tc := range map[string]struct {
		steps  []step
		floor  int32
		gaveUp bool
	}{
		"one miss may be chance":             {[]step{{window(slow), 2, 1}}, 0, false},
		"two misses raise":                   {[]step{{window(slow), 2, 2}}, 3, false},
		"a rest between misses":              {[]step{{window(slow), 2, 1}, {window(good), 2, 1}, {window(slow), 2, 1}}, 0, false},
		"a gap between misses":               {[]step{{window(slow), 2, 1}, {noData, 2, 1}, {window(slow), 2, 1}}, 0, false},
		"a raise that is not followed yet":   {[]step{{window(slow), 2, 99}}, 3, false},
		"half as many again at most":         {[]step{{window(stuck), 4, 2}}, 6, false},
		"never above the most":               {[]step{{window(stuck), 7, 2}}, 8, false},
		"nothing at the most":                {[]step{{window(slow), 8, 9}}, 0, false},
		"never on missing data":              {[]step{{noData, 2, 99}}, 0, false},
		"never without pods":                 {[]step{{nothing, 0, 99}}, 0, false},
		"two raises that help go on":         {[]step{{window(stuck), 2, 2}, {window(stuck), 3, 2}, {window(slow), 5, 2}}, 8, false},
		"two raises in vain end it":          {[]step{{window(slow), 2, 2}, {window(slow), 3, 2}, {window(slow), 5, 9}}, 5, true},
		"calm lowers by one":                 {[]step{{window(slow), 2, 2}, {window(slow), 3, 2}, {window(fast), 5, calmSteps}}, 4, false},
		"good but not calm keeps":            {[]step{{window(slow), 2, 2}, {window(good), 3, 400}}, 3, false},
		"calm lowers down to the least":      {[]step{{window(slow), 2, 2}, {window(fast), 3, 400}}, 2, false},
		"no traffic is calm":                 {[]step{{window(slow), 2, 2}, {window(few), 3, 400}}, 2, false},
		"missing data does not lower":        {[]step{{window(slow), 2, 2}, {noData, 3, 400}}, 3, false},
		"missing data interrupts calm":       {[]step{{window(slow), 2, 2}, {window(fast), 3, 30}, {noData, 3, 1}, {window(fast), 3, 30}}, 3, false},
		"after giving up, rest is a new try": {[]step{{window(slow), 2, 2}, {window(slow), 3, 2}, {window(slow), 5, 1}, {window(good), 5, 1}}, 5, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := play(tc.steps...)
			if p.Floor != tc.floor || p.GaveUp != tc.gaveUp {
				t.Errorf("floor = %d, gave up = %t; want %d and %t", p.Floor, p.GaveUp, tc.floor, tc.gaveUp)
			}
		})
	}
}

func TestFloorStaysWithinItsBounds(t *testing.T) {
	t.Parallel()
	windows := []Window{window(fast), window(good), window(slow), window(stuck), window(few), noData, nothing}
	e := effective()
	for seed := range 200 {
		p, now := Plan{}, time.Unix(0, 0)
		for i := range 500 {
			now = now.Add(15 * time.Second)
			before := p.Floor
			w := windows[(seed*31+i*i*7+i/(seed+1))%len(windows)]
			p = p.Next(w, e, max(p.Floor, 2), now)
			if p.Floor != 0 && (p.Floor < 2 || p.Floor > e.Autoscaling.MaxReplicas) {
				t.Fatalf("seed %d, step %d: floor = %d, want 2 to %d", seed, i, p.Floor, e.Autoscaling.MaxReplicas)
			}
			if p.Floor != before && w.Scraped*2 < w.Pods {
				t.Fatalf("seed %d, step %d: the floor moved on missing data", seed, i)
			}
		}
	}
}
