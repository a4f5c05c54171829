// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 5e8, time.UTC)

func external() *v1alpha1.EffectiveSpec {
	spec := v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MaxReplicas: 8, Owner: v1alpha1.AutoscalingExternal}}
	e := v1alpha1.Resolve("search", &spec, "i")
	return &e
}

func TestFiguresAreToldRoundedAndOnlyWhereTheyMeanSomething(t *testing.T) {
	t.Parallel()
	at := metav1.NewTime(noon.Truncate(time.Second))
	busy := window(hist(10, 80, 10, 0))
	busy.Similarity, busy.Refused, busy.Span = hist(23, 0, 0, 0), 1, 2*time.Minute
	busy.Similarity = busy.Similarity.plus(hist(27, 0, 0, 0))
	for name, tc := range map[string]struct {
		w    Window
		e    *v1alpha1.EffectiveSpec
		peak float64
		plan Plan
		want v1alpha1.ObservedStatus
	}{
		"nothing": {Window{}, external(), 0, Plan{}, v1alpha1.ObservedStatus{SampledAt: at}},
		"traffic": {busy, effective(), 3<<20 + 1, Plan{Floor: 3}, v1alpha1.ObservedStatus{
			SampledAt: at, RerankLatency: "1000ms", SimilarityLatency: "100ms", WithinTargetPermille: new(int32(891)),
			// 75 a minute, and one of 151 requests: seven of a thousand.
			RequestsPerMinute: new(int32(75)), RefusedPermille: new(int32(7)), MemoryPeak: new(resource.MustParse("4Mi")), Floor: new(int32(3)),
		}},
		"fifty of a kind are enough": {window(hist(50, 0, 0, 0)), external(), 0, Plan{}, v1alpha1.ObservedStatus{
			SampledAt: at, RerankLatency: "100ms", WithinTargetPermille: new(int32(1000)), RequestsPerMinute: new(int32(50)), RefusedPermille: new(int32(0)),
		}},
		"too few": {window(hist(49, 0, 0, 0)), effective(), 1 << 20, Plan{Floor: 1}, v1alpha1.ObservedStatus{
			SampledAt: at, RequestsPerMinute: new(int32(49)), MemoryPeak: new(resource.MustParse("1Mi")), Floor: new(int32(2)),
		}},
		"slower than all buckets": {refusing(stuck, 23), external(), 0, Plan{}, v1alpha1.ObservedStatus{
			SampledAt: at, RerankLatency: ">1000ms", WithinTargetPermille: new(int32(0)),
			RequestsPerMinute: new(int32(100)), RefusedPermille: new(int32(190)),
		}},
		"only refused": {refusing(nil, 60), external(), 0, Plan{}, v1alpha1.ObservedStatus{
			SampledAt: at, WithinTargetPermille: new(int32(0)), RequestsPerMinute: new(int32(0)), RefusedPermille: new(int32(1000)),
		}},
	} {
		got := observe(tc.w, tc.e, tc.peak, tc.plan, noon)
		if diff := cmp.Diff(&tc.want, got); diff != "" {
			t.Errorf("%s: observed (-want +got):\n%s", name, diff)
		}
	}
}

func TestARecommendationIsThePeakAndAFifthMore(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		peak, cores float64
		memory, cpu string
	}{
		{1, 0.01, "256Mi", "50m"},
		{400 << 20, 1, "512Mi", "1200m"},
		{(320 << 20) / headroom, 0.71, "320Mi", "900m"},
	} {
		got := recommend(window(hist(50, 0, 0, 0)), tc.peak, tc.cores)
		if got.MemoryLimit.String() != tc.memory || got.CPU.Cmp(resource.MustParse(tc.cpu)) != 0 {
			t.Errorf("peak %.0f, %v cores: %s and %s, want %s and %s", tc.peak, tc.cores, got.MemoryLimit, got.CPU, tc.memory, tc.cpu)
		}
	}
	both := window(hist(30, 0, 0, 0))
	both.Similarity = hist(20, 0, 0, 0)
	if recommend(both, 1, 1) == nil {
		t.Error("reranks and similarities do not count together")
	}
	if recommend(window(hist(49, 0, 0, 0)), 1, 1) != nil || recommend(both, 0, 1) != nil {
		t.Error("something is recommended without traffic, or without a peak")
	}
}

func TestFiguresHaveTwoDigits(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]float64{0: 0, 7: 7, 12.4: 12, 96: 96, 123: 120, 126: 130, 98765: 99000, 0.0123: 0.012} {
		if got := twoDigits(v); math.Abs(got-want) > 1e-9*want {
			t.Errorf("twoDigits(%v) = %v, want %v", v, got, want)
		}
	}
}

func TestLatencyIsRoundedUpToMilliseconds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		h    Histogram
		want string
	}{
		{Histogram{{0.025, 1}, {math.Inf(1), 1}}, "25ms"},
		{Histogram{{0.0251, 1}, {math.Inf(1), 1}}, "26ms"},
		{Histogram{{0.5, 0}, {2.5, 0}, {math.Inf(1), 1}}, ">2500ms"},
		{Histogram{{math.Inf(1), 1}}, ""},
	} {
		if got := latency(tc.h, 0.95); got != tc.want {
			t.Errorf("latency(%v) = %s, want %s", tc.h, got, tc.want)
		}
	}
}

func report(at time.Duration) *Report {
	return &Report{
		Verdict: Verdict{metav1.ConditionTrue, v1alpha1.ReasonWithinTargets, "m"}, Floor: 2,
		Observed: &v1alpha1.ObservedStatus{
			SampledAt: metav1.NewTime(noon.Add(at)), RerankLatency: "1ms", SimilarityLatency: "2ms", Floor: new(int32(2)),
			RequestsPerMinute: new(int32(100)), RefusedPermille: new(int32(100)), WithinTargetPermille: new(int32(900)), MemoryPeak: new(resource.MustParse("100Mi")),
		},
	}
}

func TestAReportIsWrittenWhenItIsNews(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		at     time.Duration
		change func(*Report)
		want   bool
	}{
		"nothing new":          {time.Hour, func(*Report) {}, false},
		"another status":       {time.Second, func(r *Report) { r.Verdict.Status = metav1.ConditionFalse }, true},
		"another reason":       {time.Second, func(r *Report) { r.Verdict.Reason = "R" }, true},
		"other words":          {time.Hour, func(r *Report) { r.Verdict.Message = "n" }, false},
		"another floor":        {time.Second, func(r *Report) { r.Floor = 3 }, true},
		"another shown floor":  {time.Second, func(r *Report) { r.Observed.Floor = new(int32(3)) }, true},
		"no shown floor":       {time.Second, func(r *Report) { r.Observed.Floor = nil }, true},
		"latency, too soon":    {time.Minute - 1, func(r *Report) { r.Observed.RerankLatency = "3ms" }, false},
		"latency":              {time.Minute, func(r *Report) { r.Observed.RerankLatency = "3ms" }, true},
		"similarities":         {time.Minute, func(r *Report) { r.Observed.SimilarityLatency = "3ms" }, true},
		"requests":             {time.Minute, func(r *Report) { r.Observed.RequestsPerMinute = new(int32(112)) }, true},
		"requests, a little":   {time.Minute, func(r *Report) { r.Observed.RequestsPerMinute = new(int32(90)) }, false},
		"requests, up":         {time.Minute, func(r *Report) { r.Observed.RequestsPerMinute = new(int32(111)) }, false},
		"no requests":          {time.Minute, func(r *Report) { r.Observed.RequestsPerMinute = nil }, true},
		"refusals":             {time.Minute, func(r *Report) { r.Observed.RefusedPermille = new(int32(89)) }, true},
		"requests within":      {time.Minute, func(r *Report) { r.Observed.WithinTargetPermille = new(int32(800)) }, true},
		"memory":               {time.Minute, func(r *Report) { r.Observed.MemoryPeak = new(resource.MustParse("120Mi")) }, true},
		"memory, not known":    {time.Minute, func(r *Report) { r.Observed.MemoryPeak = nil }, true},
		"memory that is alike": {time.Minute, func(r *Report) { r.Observed.MemoryPeak = new(resource.MustParse("102Mi")) }, false},
	} {
		next := report(tc.at)
		tc.change(next)
		if got := next.supersedes(report(0)); got != tc.want {
			t.Errorf("%s: supersedes = %t, want %t", name, got, tc.want)
		}
	}
	if !report(0).supersedes(nil) {
		t.Error("the first report is not written")
	}
}

func TestAVerdictSaysItInNumbers(t *testing.T) {
	t.Parallel()
	many := refusing(hist(599, 0, 0, 0), 100)
	many.Similarity = hist(2, 0, 0, 0)
	similar := Window{Pods: 1, Scraped: 1, Span: time.Minute, Similarity: hist(0, 40, 20, 0), Refused: 1}
	one := refusing(hist(60, 0, 0, 0), 10)
	one.Pods = 1
	for name, tc := range map[string]struct {
		w    Window
		want string
	}{
		"slow reranks":      {window(hist(0, 935, 65, 0)), "93 % of 1000 reranks took at most 500 ms; the target is 95 %"},
		"slow similarities": {similar, "0 % of 61 similarities took at most 50 ms; the target is 95 %"},
		"refusals":          {many, "100 of 701 requests got no answer for want of capacity; each of 2 pods answered 300 a minute, the target is 1000"},
		"one pod":           {one, "10 of 70 requests got no answer for want of capacity; each of 1 pod answered 60 a minute, the target is 1000"},
		"blind":             {noData, "only 1 of 4 pods told their figures"},
		"few":               {window(few), "fewer than 50 requests in 300 seconds"},
	} {
		w := targets()
		w.SimilarityLatencyMilliseconds, w.RequestsPerMinute, w.RerankLatencyMilliseconds, w.WindowSeconds = new(int32(50)), new(int32(1000)), new(int32(500)), new(int32(300))
		if got := Judge(tc.w, w).Message; got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	exact := targets()
	exact.RequestsPerMinute = new(int32(50))
	w := refusing(hist(100, 0, 0, 0), 100)
	if got := Judge(w, exact).Reason; got != v1alpha1.ReasonRequestsRefused {
		t.Errorf("as many as were promised: %s", got)
	}
	if got := Judge(Window{Pods: 1, Scraped: 1, Span: 1, Rerank: hist(50, 0, 0, 0)}, targets()).Reason; got != v1alpha1.ReasonWithinTargets {
		t.Errorf("fifty requests: %s", got)
	}
}
