// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/controllers"
)

// playedPod serves the metrics of a pod whose every rerank takes the same
// time. Each scrape finds 100 requests more and moves the clock on by 15
// seconds, so that minutes pass in no time.
type playedPod struct {
	server   *httptest.Server
	fast     atomic.Bool
	broken   atomic.Bool
	idle     atomic.Bool
	requests [2]atomic.Int64 // slow, fast
	clock    atomic.Int64
}

func newPlayedPod(t *testing.T) *playedPod {
	t.Helper()
	p := &playedPod{}
	p.clock.Store(time.Now().Unix())
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.server.Close)
	return p
}

func (p *playedPod) now() time.Time { return time.Unix(p.clock.Load(), 0) }

func (p *playedPod) serve(w http.ResponseWriter, _ *http.Request) {
	p.clock.Add(15)
	switch {
	case p.broken.Load():
		http.Error(w, "broken", http.StatusInternalServerError)
		return
	case p.idle.Load():
	case p.fast.Load():
		p.requests[1].Add(100)
	default:
		p.requests[0].Add(100)
	}
	slow, fast := p.requests[0].Load(), p.requests[1].Load()
	fmt.Fprintf(w, `# TYPE quantumrerank_rerank_duration_seconds histogram
quantumrerank_rerank_duration_seconds_bucket{le="0.1"} %[2]d
quantumrerank_rerank_duration_seconds_bucket{le="0.5"} %[2]d
quantumrerank_rerank_duration_seconds_bucket{le="1"} %[1]d
quantumrerank_rerank_duration_seconds_bucket{le="+Inf"} %[1]d
quantumrerank_rerank_duration_seconds_sum 0
quantumrerank_rerank_duration_seconds_count %[1]d
# TYPE quantumrerank_similarity_duration_seconds histogram
quantumrerank_similarity_duration_seconds_bucket{le="+Inf"} 0
quantumrerank_similarity_duration_seconds_sum 0
quantumrerank_similarity_duration_seconds_count 0
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 2e+08
`, slow+fast, fast)
}

// watchTargets lets an operator watch the played pod.
func (p *playedPod) watchTargets(mgr ctrl.Manager, r *controllers.Reconciler) {
	r.Watcher = controllers.NewWatcher(mgr.GetClient())
	r.Watcher.Period = 10 * time.Millisecond
	r.Watcher.Now = p.now
	r.Watcher.Scraper.Address = func(*corev1.Pod) string { return strings.TrimPrefix(p.server.URL, "http://") }
}

// servingPod makes a pod that is ready.
func servingPod(t *testing.T, ns string) {
	t.Helper()
	createPod(t, ns, func(s *corev1.PodStatus) {
		s.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
		s.PodIP = "10.0.0.1"
	})
}

func waitForFloor(t *testing.T, ns string, want int32) {
	t.Helper()
	eventually(t, "the autoscaler's least number of pods", func() error {
		return wantEqual(*get(t, ns, childName, &autoscalingv2.HorizontalPodAutoscaler{}).Spec.MinReplicas, want)
	})
}

func TestTargetsAreObservedAndEnforced(t *testing.T) {
	t.Parallel()
	ns, pod := newNamespace(t), newPlayedPod(t)
	op := startOperator(t, ns, releaseImage, pod.watchTargets)
	createReranker(t, ns, v1alpha1.RerankerSpec{
		Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 4},
		Targets:     &v1alpha1.TargetsSpec{Policy: v1alpha1.TargetsEnforce, WindowSeconds: new(int32(60))},
	})
	waitForReplicas(t, ns, 2)
	serve(t, ns)
	servingPod(t, ns)

	// Too slow: said, and the floor rises.
	rr := waitForCondition(t, ns, v1alpha1.ConditionTargetsMet, metav1.ConditionFalse, v1alpha1.ReasonRerankTooSlow)
	if o := rr.Status.Observed; o == nil || o.RerankLatency != "1000ms" || *o.WithinTargetPermille != 0 || o.MemoryPeak == nil {
		t.Errorf("observed = %+v", o)
	}
	waitForFloor(t, ns, 3)
	waitForCondition(t, ns, v1alpha1.ConditionReady, metav1.ConditionTrue, v1alpha1.ReasonAvailable)

	// A new operator keeps the floor before it has seen anything.
	op.stop()
	pod.broken.Store(true)
	op = startOperator(t, ns, releaseImage, pod.watchTargets)
	waitForCondition(t, ns, v1alpha1.ConditionTargetsMet, metav1.ConditionUnknown, v1alpha1.ReasonScrapeFailed)
	waitForFloor(t, ns, 3)

	// Fast again: said, and after ten minutes of calm the floor falls.
	pod.fast.Store(true)
	pod.broken.Store(false)
	waitForCondition(t, ns, v1alpha1.ConditionTargetsMet, metav1.ConditionTrue, v1alpha1.ReasonWithinTargets)
	waitForFloor(t, ns, 2)

	// No traffic, and no noise in status either.
	pod.idle.Store(true)
	waitForCondition(t, ns, v1alpha1.ConditionTargetsMet, metav1.ConditionUnknown, v1alpha1.ReasonNoTraffic)
	settle(t, op, ns)
}

func TestObservedTargetsMoveNothing(t *testing.T) {
	t.Parallel()
	ns, pod := newNamespace(t), newPlayedPod(t)
	op := startOperator(t, ns, releaseImage, pod.watchTargets)
	createReranker(t, ns, v1alpha1.RerankerSpec{Autoscaling: &v1alpha1.AutoscalingSpec{MinReplicas: new(int32(2)), MaxReplicas: 4}})
	waitForReplicas(t, ns, 2)
	serve(t, ns)
	servingPod(t, ns)
	waitForCondition(t, ns, v1alpha1.ConditionTargetsMet, metav1.ConditionFalse, v1alpha1.ReasonRerankTooSlow)
	for range 20 {
		op.reconcile(t, ns)
	}
	waitForFloor(t, ns, 2)
}
