// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
)

// minRequests is how many requests say anything about a percentile: with 50,
// one request is two percent.
const minRequests = 50

// Verdict is an answer to: are the targets met?
type Verdict struct {
	Status          metav1.ConditionStatus
	Reason, Message string
}

// Judge decides whether the targets are met over a window.
func Judge(w Window, t *v1alpha1.TargetsSpec) Verdict {
	reranks, similarities := w.counted()
	switch {
	case w.Pods == 0:
		return Verdict{metav1.ConditionUnknown, v1alpha1.ReasonNoPods, "no pod serves"}
	case w.blind():
		return Verdict{
			metav1.ConditionUnknown, v1alpha1.ReasonScrapeFailed,
			fmt.Sprintf("only %d of %d pods told their figures", w.Scraped, w.Pods),
		}
	case w.Span == 0:
		return Verdict{metav1.ConditionUnknown, v1alpha1.ReasonWarmingUp, "the pods have not been watched long enough"}
	case reranks.Count() < minRequests && similarities.Count() < minRequests:
		return Verdict{
			metav1.ConditionUnknown, v1alpha1.ReasonNoTraffic,
			fmt.Sprintf("fewer than %d requests in %d seconds", minRequests, *t.WindowSeconds),
		}
	}
	if w.refusesTooMany(t) {
		return refusal(w, t)
	}
	if v, ok := miss(reranks, *t.RerankLatencyMilliseconds, *t.Percentile, "reranks"); ok {
		return Verdict{metav1.ConditionFalse, v1alpha1.ReasonRerankTooSlow, v}
	}
	if v, ok := miss(similarities, *t.SimilarityLatencyMilliseconds, *t.Percentile, "similarities"); ok {
		return Verdict{metav1.ConditionFalse, v1alpha1.ReasonSimilarityTooSlow, v}
	}
	return Verdict{
		metav1.ConditionTrue, v1alpha1.ReasonWithinTargets,
		fmt.Sprintf("at least %d %% of requests are within their target", *t.Percentile),
	}
}

// refusesTooMany reports whether refusals alone miss the percentile.
func (w *Window) refusesTooMany(t *v1alpha1.TargetsSpec) bool {
	all := w.Rerank.Count() + w.Similarity.Count() + w.Refused
	return w.Refused*100 > float64(100-*t.Percentile)*all
}

// refusal tells a pod that bears less than it should from one that gets more
// than it must bear.
func refusal(w Window, t *v1alpha1.TargetsSpec) Verdict {
	each := w.answered() / float64(w.Pods)
	said := fmt.Sprintf("%.0f of %.0f requests got no answer for want of capacity; each of %s answered %.0f a minute",
		w.Refused, w.Refused+w.Rerank.Count()+w.Similarity.Count(), podsNoun(w.Pods), floor(each))
	if each < float64(*t.RequestsPerMinute) {
		return Verdict{
			metav1.ConditionFalse, v1alpha1.ReasonThroughputTooLow,
			fmt.Sprintf("%s, the target is %d", said, *t.RequestsPerMinute),
		}
	}
	return Verdict{metav1.ConditionFalse, v1alpha1.ReasonRequestsRefused, said}
}

func podsNoun(n int) string {
	if n == 1 {
		return "1 pod"
	}
	return fmt.Sprintf("%d pods", n)
}

func miss(h Histogram, targetMs, percentile int32, what string) (string, bool) {
	if h.Count() < minRequests {
		return "", false
	}
	share := h.Within(float64(targetMs) / 1000)
	if share*100 >= float64(percentile) {
		return "", false
	}
	return fmt.Sprintf("%.0f %% of %.0f %s took at most %d ms; the target is %d %%",
		floor(share*100), h.Count(), what, targetMs, percentile), true
}

// floor keeps a near miss from being rounded up to the target.
func floor(v float64) float64 { return float64(int(v)) }
