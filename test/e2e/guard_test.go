// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	rerank "github.com/quantumrerank/quantumrerank/reranker/client"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// How long the guard may take for each of its moves, with its clock set to 3 s
// and 20 s and a window of a minute.
const (
	withinRaise = 3 * time.Minute
	withinMet   = 5 * time.Minute
	withinLower = 4 * time.Minute
	// bearable is how many requests of the load one pod shall bear in a second.
	bearable = 8
)

// More load than one pod bears: the targets are missed, the guard raises the
// least number of pods, and they are met again. Then calm: it lowers it.
//
// Each pod has a quarter of a CPU, so that a node of two cores has room for
// four of them, and the load is a multiple of what one pod was measured to
// bear, so that the test does not depend on the machine. The autoscaler's own
// metric is set out of reach: whatever moves is the guard's doing.
func TestGuardRaisesAndLowersTheFloor(t *testing.T) {
	if os.Getenv("E2E_GUARD") == "" {
		t.Skip("it takes three minutes of load: run `make e2e-guard`, or set E2E_GUARD")
	}
	quickGuard(t)
	rr := create(t, small(newNamespace(t), "guard", func(s *v1alpha1.RerankerSpec) {
		s.Method = contract.MethodClassical
		s.Replicas = nil
		s.Autoscaling = &v1alpha1.AutoscalingSpec{MinReplicas: ptr(int32(1)), MaxReplicas: 4, CPUUtilizationPercent: ptr(int32(1000))}
		s.Targets = &v1alpha1.TargetsSpec{
			Policy: v1alpha1.TargetsEnforce, RerankLatencyMilliseconds: ptr(int32(1000)),
			Percentile: ptr(int32(90)), WindowSeconds: ptr(int32(60)),
		}
		s.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("250m")}
		s.Cache = &v1alpha1.CacheSpec{MaxBytes: ptr(int64(0))}
	}))
	untilReady(t, rr, 2*withinReady)
	untilRolled(t, rr, 1)
	api := service(t, rr).reconnecting()
	request, capacity := sized(t, api)
	rate := 1.7 * capacity
	t.Logf("one pod bears %.1f requests a second of %d documents; the load is %.1f", capacity, len(request.Documents), rate)
	load := startStream(t, api, request, rate)

	missed := untilGuard(t, rr, withinRaise, "targets missed, floor raised", func(met metav1.Condition, floor int32) error {
		if floor < 2 {
			return fmt.Errorf("floor %d", floor)
		}
		return nil
	})
	t.Logf("raised: %s", missed)
	eventually(t, withinRoll, "as many pods serve", func(ctx context.Context) error {
		var hpa autoscaler
		var d deployment
		if err := errors.Join(k8s.Get(ctx, child(rr), &hpa), k8s.Get(ctx, child(rr), &d)); err != nil {
			return err
		}
		if *hpa.Spec.MinReplicas < 2 || d.Status.AvailableReplicas < 2 {
			return fmt.Errorf("the autoscaler keeps %d, %d pods serve", *hpa.Spec.MinReplicas, d.Status.AvailableReplicas)
		}
		return nil
	})
	untilGuard(t, rr, withinMet, "targets met under the same load", func(met metav1.Condition, _ int32) error {
		if met.Status != metav1.ConditionTrue {
			return fmt.Errorf("TargetsMet=%s %s: %s", met.Status, met.Reason, met.Message)
		}
		return nil
	})
	load.stopAndTell(t)

	untilGuard(t, rr, withinLower, "calm, floor lowered", func(_ metav1.Condition, floor int32) error {
		if floor != 1 {
			return fmt.Errorf("floor %d", floor)
		}
		return nil
	})
	var hpa autoscaler
	read(t, rr, &hpa)
	if *hpa.Spec.MinReplicas != 1 {
		t.Errorf("the autoscaler keeps %d pods, want 1 again", *hpa.Spec.MinReplicas)
	}
	checkGuardEvents(t, rr)
}

// quickGuard lets the operator look every 3 s and call 20 s calm.
func quickGuard(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if err := operator.upgrade(); err != nil {
			t.Errorf("back to the guard's own pace: %v", err)
		}
	})
	if err := operator.upgrade("--set", "extraArgs={--slo-period=3s,--slo-calm=20s}"); err != nil {
		t.Fatal(err)
	}
}

// sized makes a request of which one pod bears about as many as it shall, and
// says how many it does.
func sized(t *testing.T, api endpoint) (rerank.Request, float64) {
	t.Helper()
	request := rerank.Request{Query: "how do I keep bread fresh", Documents: documents(16)}
	count := int(float64(len(request.Documents)) * throughput(t, api, request) / bearable)
	request.Documents = documents(min(max(count, 1), 100))
	return request, throughput(t, api, request)
}

func documents(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("Loaf %d stays fresh for days when it is wrapped in a cloth and kept in a dry drawer, away from the sun and the oven.", i)
	}
	return out
}

// throughput is how many requests a second a pod answers that always has three
// to work on. One that it refuses is no answer.
func throughput(t *testing.T, api endpoint, request rerank.Request) float64 {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	var done sync.WaitGroup
	var answered atomic.Int64
	begin := time.Now()
	for range 3 {
		done.Go(func() {
			for ctx.Err() == nil {
				got, err := api.do(context.WithoutCancel(ctx), http.MethodPost, contract.PathRerank, body)
				if err != nil {
					t.Error(err)
					return
				}
				if got.status == http.StatusOK {
					answered.Add(1)
				}
			}
		})
	}
	done.Wait()
	return float64(answered.Load()) / time.Since(begin).Seconds()
}

// untilGuard waits for a state of the condition and the floor, and returns the
// condition's last message of a miss.
func untilGuard(t *testing.T, rr *v1alpha1.Reranker, deadline time.Duration, what string, check func(met metav1.Condition, floor int32) error) string {
	t.Helper()
	var miss string
	took := eventually(t, deadline, what, func(ctx context.Context) error {
		if err := k8s.Get(ctx, client.ObjectKeyFromObject(rr), rr); err != nil {
			return err
		}
		met := meta.FindStatusCondition(rr.Status.Conditions, v1alpha1.ConditionTargetsMet)
		if met == nil || rr.Status.Observed == nil || rr.Status.Observed.Floor == nil {
			return errors.New("nothing observed yet")
		}
		if met.Status == metav1.ConditionFalse {
			miss = met.Reason + ": " + met.Message
		}
		return check(*met, *rr.Status.Observed.Floor)
	})
	t.Logf("%s after %s", what, took.Round(time.Second))
	return miss
}

// checkGuardEvents looks for the miss and the recovery in the events.
func checkGuardEvents(t *testing.T, rr *v1alpha1.Reranker) {
	t.Helper()
	var events corev1.EventList
	if err := k8s.List(t.Context(), &events, client.InNamespace(rr.Namespace)); err != nil {
		t.Fatal(err)
	}
	missed, met := false, false
	for _, e := range events.Items {
		switch e.Reason {
		case v1alpha1.ReasonThroughputTooLow, v1alpha1.ReasonRequestsRefused, v1alpha1.ReasonRerankTooSlow:
			missed = true
		case v1alpha1.ReasonWithinTargets:
			met = true
		}
	}
	if !missed || !met {
		t.Errorf("an event of the miss: %t, of the recovery: %t; want both", missed, met)
	}
}
