// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

func enforced(change func(*v1alpha1.RerankerSpec)) *v1alpha1.Reranker {
	spec := v1alpha1.RerankerSpec{
		Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 8},
		Targets:     &v1alpha1.TargetsSpec{Policy: v1alpha1.TargetsEnforce},
	}
	change(&spec)
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", UID: "u"}, Spec: spec}
	rr.Status.Effective = new(v1alpha1.Resolve("search", &spec, "i"))
	return rr
}

// watchSlow lets a watcher see two pods that answer a hundred reranks in
// fifteen seconds, all of them too slowly.
func watchSlow(w *Watcher, rr *v1alpha1.Reranker, rounds int, floor int32) {
	pods := []*corev1.Pod{{ObjectMeta: metav1.ObjectMeta{UID: "a"}}, {ObjectMeta: metav1.ObjectMeta{UID: "b"}}}
	for i := range rounds {
		at := Present{Replicas: 2, Serving: 2, Now: noon.Add(time.Duration(i) * 15 * time.Second)}
		samples := map[types.UID]Sample{}
		for _, pod := range pods {
			samples[pod.UID] = Sample{At: at.Now, Rerank: hist(0, 0, 0, 100*float64(i)), CPUSeconds: 15 * float64(i), MemoryBytes: 400 << 20}
		}
		w.conclude(rr, pods, samples, at, floor)
	}
}

func TestOnlyPolicyEnforceMovesAFloor(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*v1alpha1.RerankerSpec)
		floor  int32
		moves  int
	}{
		"enforce":     {func(*v1alpha1.RerankerSpec) {}, 3, 1},
		"observe":     {func(s *v1alpha1.RerankerSpec) { s.Targets.Policy = v1alpha1.TargetsObserve }, 0, 0},
		"suspended":   {func(s *v1alpha1.RerankerSpec) { s.Suspend = new(true) }, 0, 0},
		"not its own": {func(s *v1alpha1.RerankerSpec) { s.Autoscaling.Owner = v1alpha1.AutoscalingExternal }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, moves := NewWatcher(nil), 0
			w.Moved = func(from, to int32) {
				if moves++; from != 0 || to != 3 {
					t.Errorf("moved from %d to %d", from, to)
				}
			}
			watchSlow(w, enforced(tc.change), 5, 0)
			r := w.Report("u")
			if r.Floor != tc.floor || moves != tc.moves || r.Verdict.Reason != v1alpha1.ReasonRerankTooSlow {
				t.Errorf("floor %d after %d moves (%s), want %d after %d", r.Floor, moves, r.Verdict.Reason, tc.floor, tc.moves)
			}
			if r.Recommendation.MemoryLimit.String() != "512Mi" || r.Recommendation.CPU.String() != "1200m" {
				t.Errorf("recommended %s and %s", r.Recommendation.MemoryLimit, r.Recommendation.CPU)
			}
		})
	}
}

func TestRaisesInVainAreSaidToBe(t *testing.T) {
	t.Parallel()
	w, rr := NewWatcher(nil), enforced(func(*v1alpha1.RerankerSpec) {})
	w.known[rr.UID] = &watched{seeded: true, pods: map[types.UID]*series{}, plan: Plan{Floor: 2, GaveUp: true, raises: patience}}
	watchSlow(w, rr, 3, 0)
	v := w.Report("u").Verdict
	if v.Reason != v1alpha1.ReasonNotCapacityBound || !strings.HasSuffix(v.Message, "the target is 95 %; more pods did not help") {
		t.Errorf("verdict %+v", v)
	}
}

func TestANewOperatorGoesOnWhereTheLastOneWas(t *testing.T) {
	t.Parallel()
	w, rr := NewWatcher(nil), enforced(func(*v1alpha1.RerankerSpec) {})
	rr.Status.Observed = &v1alpha1.ObservedStatus{MemoryPeak: new(resource.MustParse("700Mi"))}
	watchSlow(w, rr, 1, 5)
	rr.Status.Observed.MemoryPeak = new(resource.MustParse("900Mi"))
	watchSlow(w, rr, 1, 7)
	r := w.Report("u")
	if r.Floor != 5 || *r.Observed.Floor != 5 || r.Observed.MemoryPeak.String() != "700Mi" || r.Recommendation != nil {
		t.Errorf("report %+v, observed %+v", r, r.Observed)
	}
}

func TestARecommendationOutlivesItsTraffic(t *testing.T) {
	t.Parallel()
	w, rr := NewWatcher(nil), enforced(func(*v1alpha1.RerankerSpec) {})
	watchSlow(w, rr, 3, 0)
	if !w.conclude(rr, nil, nil, Present{Now: noon.Add(time.Hour)}, 0) {
		t.Fatal("that no pod serves is not reported")
	}
	r := w.Report("u")
	if r.Verdict.Reason != v1alpha1.ReasonNoPods || r.Recommendation == nil || len(w.known["u"].pods) != 0 {
		t.Errorf("report %+v, %d pods remembered", r, len(w.known["u"].pods))
	}
	if w.conclude(rr, nil, nil, Present{Now: noon.Add(2 * time.Hour)}, 0) {
		t.Error("no news is reported again")
	}
	w.forget(map[types.UID]bool{"other": true})
	if w.Report("u") != nil {
		t.Error("a Reranker that is gone is remembered")
	}
}

func TestAStatusOfAnOlderOperatorGetsTodaysTargets(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*v1alpha1.EffectiveSpec){
		"none at all": func(e *v1alpha1.EffectiveSpec) { e.Targets = nil },
		"one missing": func(e *v1alpha1.EffectiveSpec) { e.Targets.RequestsPerMinute = nil },
		"all there":   func(*v1alpha1.EffectiveSpec) {},
	} {
		rr := enforced(func(*v1alpha1.RerankerSpec) {})
		want := rr.Status.Effective.Targets.DeepCopy()
		change(rr.Status.Effective)
		if diff := cmp.Diff(want, effectiveOf(rr).Targets); diff != "" {
			t.Errorf("%s: targets (-want +got):\n%s", name, diff)
		}
	}
	rr := enforced(func(*v1alpha1.RerankerSpec) {})
	rr.Status.Effective.Targets.Percentile = new(int32(77))
	if got := *effectiveOf(rr).Targets.Percentile; got != 77 {
		t.Errorf("what stands in status became %d", got)
	}
}

func TestAFloorIsReadFromItsOwnAutoscalerOnly(t *testing.T) {
	t.Parallel()
	rr := &v1alpha1.Reranker{ObjectMeta: metav1.ObjectMeta{Name: "search", UID: "u"}}
	hpa := func(owner types.UID, floor string) *autoscalingv2.HorizontalPodAutoscaler {
		return &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{
			Annotations:     map[string]string{v1alpha1.AnnotationFloor: floor},
			OwnerReferences: []metav1.OwnerReference{{UID: owner, Controller: new(true)}},
		}}
	}
	for name, tc := range map[string]struct {
		hpa  *autoscalingv2.HorizontalPodAutoscaler
		want int32
	}{
		"none": {nil, 0}, "its own": {hpa("u", "5"), 5}, "another's": {hpa("v", "5"), 0}, "no number": {hpa("u", "five"), 0},
		"negative": {hpa("u", "-1"), 0}, "too large": {hpa("u", "2147483648"), 0}, "the largest": {hpa("u", "2147483647"), 2147483647},
	} {
		if got := FloorOf(tc.hpa, rr); got != tc.want {
			t.Errorf("%s: floor %d, want %d", name, got, tc.want)
		}
	}
}

func TestOnlyServingPodsOfLiveRerankersAreAsked(t *testing.T) {
	t.Parallel()
	gone := metav1.NewTime(noon)
	pod := func(kind corev1.PodConditionType, status corev1.ConditionStatus, deleted *metav1.Time) corev1.Pod {
		return corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: deleted},
			Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: kind, Status: status}}},
		}
	}
	pods := []corev1.Pod{
		pod(corev1.PodReady, "True", nil), pod(corev1.PodReady, "False", nil), pod(corev1.PodScheduled, "True", nil), pod(corev1.PodReady, "True", &gone),
	}
	if got := ready(pods); len(got) != 1 || got[0] != &pods[0] {
		t.Errorf("%d pods are asked, want the first", len(got))
	}
	for name, change := range map[string]func(*v1alpha1.Reranker){
		"not yet resolved": func(rr *v1alpha1.Reranker) { rr.Status.Effective = nil },
		"being deleted":    func(rr *v1alpha1.Reranker) { rr.DeletionTimestamp = &gone },
		"paused":           func(rr *v1alpha1.Reranker) { rr.Annotations = map[string]string{v1alpha1.AnnotationPaused: "true"} },
	} {
		rr := enforced(func(*v1alpha1.RerankerSpec) {})
		if !watchable(rr) {
			t.Fatal("a plain Reranker is not watched")
		}
		if change(rr); watchable(rr) {
			t.Errorf("%s: the Reranker is watched", name)
		}
	}
}

func TestARaiseIsAsLargeAsTheMissAndHalfThePodsAtMost(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		replicas int32
		ratio    float64
		most     int32
		want     int32
	}{{10, 1.2, 99, 12}, {10, 1.11, 99, 12}, {10, 9, 99, 15}, {10, 1, 99, 11}, {10, 0.3, 99, 11}, {10, 9, 12, 12}, {1, 9, 99, 2}, {3, 9, 99, 5}} {
		if got := raised(tc.replicas, tc.ratio, tc.most); got != tc.want {
			t.Errorf("raised(%d, %v, %d) = %d, want %d", tc.replicas, tc.ratio, tc.most, got, tc.want)
		}
	}
}

func TestTheWorseOfBothKindsDecides(t *testing.T) {
	t.Parallel()
	goals := targets()
	goals.RerankLatencyMilliseconds, goals.SimilarityLatencyMilliseconds = new(int32(500)), new(int32(50))
	for name, tc := range map[string]struct {
		rerank, similarity Histogram
		ratio              float64
		missed             float64
		calm               bool
	}{
		"similarities":               {slow, good, 10, 1, false},
		"reranks":                    {slow, hist(49, 0, 0, 0), 2, 0.5, false},
		"both easy but similarities": {fast, fast, 2, 1, false},
		"few similarities":           {fast, hist(0, 0, 49, 0), 0.2, 0, true},
		"fifty similarities":         {fast, hist(0, 0, 50, 0), 20, 1, false},
		"neither":                    {hist(0, 0, 49, 0), nil, 0, 0, true},
	} {
		w := window(tc.rerank)
		w.Similarity = tc.similarity
		bad, ratio := worst(w, goals)
		if ratio != tc.ratio || bad.missed != tc.missed {
			t.Errorf("%s: %v times the target, %v missed it; want %v and %v", name, ratio, bad.missed, tc.ratio, tc.missed)
		}
		if got := calm(w, goals); got != tc.calm {
			t.Errorf("%s: calm = %t", name, got)
		}
	}
}
