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

func refusing(reranks Histogram, refused float64) Window {
	w := window(reranks)
	w.Refused = refused
	return w
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
		"a few refused":           {refusing(fast, 5), "True/WithinTargets"},
		"too many refused":        {refusing(fast, 6), "False/ThroughputTooLow"},
		"much answered, some not": {refusing(hist(1000, 0, 0, 0), 100), "False/RequestsRefused"},
		"only refused":            {refusing(nil, 50), "False/ThroughputTooLow"},
		"few and all refused":     {refusing(nil, 49), "Unknown/NoTraffic"},
		"refused and slow":        {refusing(hist(0, 96, 4, 0), 3), "False/RerankTooSlow"},
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
	// starting pods do not serve yet.
	starting int32
}

func play(steps ...step) Plan {
	var p Plan
	now := time.Unix(0, 0)
	for _, s := range steps {
		for range max(s.times, 1) {
			now = now.Add(15 * time.Second)
			p = p.Next(s.w, effective(), Present{Replicas: s.replicas, Serving: s.replicas - s.starting, Now: now})
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
		"one miss may be chance":             {steps: []step{{w: window(slow), replicas: 2, times: 1}}, floor: 0},
		"two misses raise":                   {steps: []step{{w: window(slow), replicas: 2, times: 2}}, floor: 3},
		"a rest between misses":              {steps: []step{{w: window(slow), replicas: 2, times: 1}, {w: window(good), replicas: 2, times: 1}, {w: window(slow), replicas: 2, times: 1}}, floor: 0},
		"a gap between misses":               {steps: []step{{w: window(slow), replicas: 2, times: 1}, {w: noData, replicas: 2, times: 1}, {w: window(slow), replicas: 2, times: 1}}, floor: 0},
		"a raise that is not followed yet":   {steps: []step{{w: window(slow), replicas: 2, times: 99}}, floor: 3},
		"half as many again at most":         {steps: []step{{w: window(stuck), replicas: 4, times: 2}}, floor: 6},
		"never above the most":               {steps: []step{{w: window(stuck), replicas: 7, times: 2}}, floor: 8},
		"nothing at the most":                {steps: []step{{w: window(slow), replicas: 8, times: 9}}, floor: 0},
		"never on missing data":              {steps: []step{{w: noData, replicas: 2, times: 99}}, floor: 0},
		"never without pods":                 {steps: []step{{w: nothing, replicas: 0, times: 99}}, floor: 0},
		"two raises that help go on":         {steps: []step{{w: window(stuck), replicas: 2, times: 2}, {w: window(stuck), replicas: 3, times: 2}, {w: window(slow), replicas: 5, times: 2}}, floor: 8},
		"two raises in vain end it":          {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(slow), replicas: 3, times: 2}, {w: window(slow), replicas: 5, times: 9}}, floor: 5, gaveUp: true},
		"calm lowers by one":                 {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(slow), replicas: 3, times: 2}, {w: window(fast), replicas: 5, times: calmSteps}}, floor: 4},
		"good but not calm keeps":            {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(good), replicas: 3, times: 400}}, floor: 3},
		"calm lowers down to the least":      {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(fast), replicas: 3, times: 400}}, floor: 2},
		"no traffic is calm":                 {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(few), replicas: 3, times: 400}}, floor: 2},
		"missing data does not lower":        {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: noData, replicas: 3, times: 400}}, floor: 3},
		"missing data interrupts calm":       {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(fast), replicas: 3, times: 30}, {w: noData, replicas: 3, times: 1}, {w: window(fast), replicas: 3, times: 30}}, floor: 3},
		"pods that still start":              {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(slow), replicas: 3, times: 99, starting: 1}}, floor: 3},
		"a pause does not prove a raise":     {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(few), replicas: 3, times: 1}, {w: window(slow), replicas: 3, times: 2}, {w: window(few), replicas: 5, times: 1}, {w: window(slow), replicas: 5, times: 9}}, floor: 5, gaveUp: true},
		"refused requests raise":             {steps: []step{{w: refusing(fast, 50), replicas: 2, times: 2}}, floor: 3},
		"fewer refused requests are a help":  {steps: []step{{w: refusing(fast, 100), replicas: 2, times: 2}, {w: refusing(fast, 50), replicas: 3, times: 2}, {w: refusing(fast, 20), replicas: 5, times: 2}}, floor: 8},
		"as many refused requests are none":  {steps: []step{{w: refusing(fast, 100), replicas: 2, times: 2}, {w: refusing(fast, 100), replicas: 3, times: 2}, {w: refusing(fast, 100), replicas: 5, times: 9}}, floor: 5, gaveUp: true},
		"after giving up, rest is a new try": {steps: []step{{w: window(slow), replicas: 2, times: 2}, {w: window(slow), replicas: 3, times: 2}, {w: window(slow), replicas: 5, times: 1}, {w: window(good), replicas: 5, times: 1}}, floor: 5},
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
			p = p.Next(w, e, Present{Replicas: max(p.Floor, 2), Serving: max(p.Floor, 2), Now: now})
			if p.Floor != 0 && (p.Floor < 2 || p.Floor > e.Autoscaling.MaxReplicas) {
				t.Fatalf("seed %d, step %d: floor = %d, want 2 to %d", seed, i, p.Floor, e.Autoscaling.MaxReplicas)
			}
			if p.Floor != before && w.Scraped*2 < w.Pods {
				t.Fatalf("seed %d, step %d: the floor moved on missing data", seed, i)
			}
		}
	}
}
