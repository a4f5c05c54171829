// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// runbook is where each alert is explained, under its name in lower case.
const runbook = "https://github.com/quantumrerank/quantumrerank/blob/main/docs/operations.md#"

// rules writes the alerts of one Reranker. What they compare with (targets and
// percentile) is the Reranker's own; thresholds that are a matter of judgement
// are explained on the page that the alert links to.
type rules struct {
	in Input
	// pods selects the series of the Reranker's pods.
	pods string
	// objects selects what kube-state-metrics tells of its Deployment; an
	// alert on a cluster without kube-state-metrics never fires.
	objects string
	list    []object
}

func alerts(in Input) []object {
	r := &rules{
		in:      in,
		pods:    fmt.Sprintf("namespace=%q,%s=%q", in.Reranker.Namespace, podLabel, in.Reranker.Name),
		objects: fmt.Sprintf("namespace=%q,deployment=%q", in.Reranker.Namespace, Name(in.Reranker)),
	}
	r.latency()
	r.answers()
	r.capacity()
	r.memory()
	r.health()
	r.rollout()
	return r.list
}

// add appends one alert. The expression may name the selector of pods as
// {pods} and that of objects as {objects}.
func (r *rules) add(name, severity, wait, summary, expr string) {
	expr = strings.NewReplacer("{pods}", r.pods, "{objects}", r.objects).Replace(expr)
	rr := r.in.Reranker
	r.list = append(r.list, object{
		"alert": name, "expr": expr, "for": wait,
		"labels": object{"severity": severity, "namespace": rr.Namespace, "reranker": rr.Name},
		"annotations": object{
			"summary":     fmt.Sprintf("Reranker %s/%s: %s", rr.Namespace, rr.Name, summary),
			"runbook_url": runbook + strings.ToLower(name),
		},
	})
}

func (r *rules) latency() {
	t := r.in.Effective.Targets
	promised := float64(*t.Percentile) / 100
	budget := 1 - promised
	r.add("RerankerRerankTooSlow", "warning", "10m", "reranks miss their latency target",
		r.late(rerank, *t.RerankLatencyMilliseconds, "5m", budget)+r.enough(rerank, "5m"))
	r.add("RerankerSimilarityTooSlow", "warning", "10m", "similarities miss their latency target",
		r.late(similarity, *t.SimilarityLatencyMilliseconds, "5m", budget)+r.enough(similarity, "5m"))
	// The usual pairs of windows: the long one says that it matters, the short
	// one that it still goes on. With a large budget a multiple of it may be
	// more than everything; nine in ten is as bad as all.
	burn := func(long, short string, times float64) string {
		share := min(times*budget, 0.9)
		return r.late(rerank, *t.RerankLatencyMilliseconds, long, share) + " and " +
			r.late(rerank, *t.RerankLatencyMilliseconds, short, share) + r.enough(rerank, long)
	}
	r.add("RerankerLatencyBudgetBurning", "critical", "2m", "reranks spend the latency budget 14 times too fast", burn("1h", "5m", 14.4))
	r.add("RerankerLatencyBudgetBurning", "warning", "15m", "reranks spend the latency budget 6 times too fast", burn("6h", "30m", 6))
}

// timed is a histogram of times, without what its target is not about.
type timed struct{ metric, selector string }

var (
	rerank     = timed{"rerank_duration_seconds", fmt.Sprintf("{pods},%s!=%q", contract.MetricLabelBatch, contract.BatchLarger)}
	similarity = timed{"similarity_duration_seconds", "{pods}"}
)

// late is true while more than the given share of requests in the window took
// longer than their target, which is a bound of the histogram. Prometheus
// writes the bound with or without a decimal point, depending on its version.
func (r *rules) late(of timed, targetMs int32, window string, share float64) string {
	seconds := float64(targetMs) / 1000
	pattern := strings.ReplaceAll(strconv.FormatFloat(seconds, 'f', -1, 64), ".", "[.]")
	if seconds == math.Trunc(seconds) {
		pattern += "([.]0)?"
	}
	return fmt.Sprintf(
		"sum(rate(quantumrerank_%[1]s_bucket{%[5]s,le=~%[2]q}[%[3]s])) < %[4]s * sum(rate(quantumrerank_%[1]s_count{%[5]s}[%[3]s]))",
		of.metric, pattern, window, strconv.FormatFloat(math.Round(1e4*(1-share))/1e4, 'f', -1, 64), of.selector)
}

// enough is what a share needs to mean something.
func (r *rules) enough(of timed, window string) string {
	return fmt.Sprintf(" and sum(increase(quantumrerank_%s_count{%s}[%s])) >= 50", of.metric, of.selector, window)
}

func (r *rules) answers() {
	const work = `{pods},route!~"/health.*|/metrics|other"`
	r.add("RerankerErrors", "critical", "5m", "more than 1 % of requests end in an error of the server",
		"sum(rate(quantumrerank_http_requests_total{"+work+`,code=~"424|500|504"}[5m])) > 0.01 * sum(rate(quantumrerank_http_requests_total{`+work+"}[5m]))")
	r.add("RerankerDegraded", "warning", "15m", "more than 10 % of answers are not all that was asked for",
		"sum(rate(quantumrerank_degraded_total{{pods}}[15m])) > 0.1 * (sum(rate(quantumrerank_rerank_duration_seconds_count{{pods}}[15m])) + sum(rate(quantumrerank_similarity_duration_seconds_count{{pods}}[15m])))")
	r.add("RerankerBreakerOpen", "warning", "2m", "a circuit breaker has been open most of the last five minutes",
		`min(avg_over_time(quantumrerank_breaker_state{{pods},state="closed"}[5m])) < 0.5`)
	r.add("RerankerBreakerFlapping", "warning", "0m", "a circuit breaker opens and closes again and again",
		`max(increase(quantumrerank_breaker_transitions_total{{pods},to="closed"}[15m])) > 3`)
	r.add("RerankerTruncationSurge", "info", "30m", "more than half of the documents are longer than the model reads",
		`sum(rate(quantumrerank_rerank_documents_total{{pods},outcome="truncated"}[30m])) > 0.5 * sum(rate(quantumrerank_rerank_documents_total{{pods},outcome="scored"}[30m]))`)
	r.add("RerankerPanicked", "warning", "0m", "a request made the server panic; its log has the stack",
		"sum(increase(quantumrerank_panics_total{{pods}}[15m])) > 0")
}

func (r *rules) capacity() {
	const shed = "sum(rate(quantumrerank_shed_total{{pods}}[5m]))"
	const shedding = shed + " > 0.05 * (sum(rate(quantumrerank_rerank_duration_seconds_count{{pods}}[5m])) + sum(rate(quantumrerank_similarity_duration_seconds_count{{pods}}[5m])) + " + shed + ")"
	r.add("RerankerSheddingLoad", "warning", "10m", "more than 5 % of requests are refused for lack of capacity", shedding)
	r.add("RerankerQueueStanding", "warning", "5m", "requests have been waiting for five minutes without a pause",
		`sum(min_over_time(quantumrerank_queue_depth{{pods},unit="requests"}[5m])) > 0`)
	r.add("RerankerWorkWasted", "info", "15m", "more than 10 % of the encoded documents had lost their caller",
		`sum(rate(quantumrerank_wasted_documents_total{{pods}}[15m])) > 0.1 * sum(rate(quantumrerank_rerank_documents_total{{pods},outcome="scored"}[15m]))`)
	hpa := fmt.Sprintf("namespace=%q,horizontalpodautoscaler=%q", r.in.Reranker.Namespace, Name(r.in.Reranker))
	r.add("RerankerAutoscalerMaxedOut", "warning", "10m", "the autoscaler is at its maximum and requests are refused",
		"max(kube_horizontalpodautoscaler_status_current_replicas{"+hpa+"}) >= max(kube_horizontalpodautoscaler_spec_max_replicas{"+hpa+"}) and "+shedding)
}

func (r *rules) memory() {
	r.add("RerankerMemoryHigh", "warning", "10m", "a pod uses more than 80 % of its memory",
		"max(quantumrerank_memory_pressure_ratio{{pods}}) > 0.8")
	r.add("RerankerMemoryCritical", "critical", "2m", "a pod uses more than 90 % of its memory, refuses requests and is not ready",
		"max(quantumrerank_memory_pressure_ratio{{pods}}) > 0.9")
	// A young pod fills its cache, which looks like a leak to a straight line.
	r.add("RerankerMemoryGrowing", "warning", "1h", "a pod will reach its memory limit within a day if it goes on like this",
		`max by (pod) (predict_linear(quantumrerank_memory_used_bytes{{pods},kind="working_set"}[6h], 86400)) > max by (pod) (quantumrerank_memory_limit_bytes{{pods}})`+
			" and max by (pod) (quantumrerank_memory_pressure_ratio{{pods}}) > 0.5"+
			" and max by (pod) (time() - process_start_time_seconds{{pods}}) > 21600")
	// The cluster cuts long names, the last dash among what goes.
	own := fmt.Sprintf("namespace=%q,pod=~%q", r.in.Reranker.Namespace, Name(r.in.Reranker)+"-[a-z0-9]+(-[a-z0-9]+)?")
	r.add("RerankerOOMKilled", "critical", "0m", "the kernel ended a pod for its use of memory",
		"max by (pod) (kube_pod_container_status_last_terminated_reason{"+own+`,reason="OOMKilled"}) == 1 and max by (pod) (increase(kube_pod_container_status_restarts_total{`+own+"}[15m])) > 0")
}

func (r *rules) health() {
	r.add("RerankerNotReady", "critical", "5m", "no pod is ready", "sum(quantumrerank_ready{{pods}}) == 0")
	r.add("RerankerSelfTestFailing", "critical", "5m", "a pod computes wrong scores, or none, for a pair of texts whose score is known",
		`sum(increase(quantumrerank_selftest_total{{pods},result="failed"}[10m])) > 0`)
	const ends = "quantumrerank_tls_certificate_not_after_timestamp_seconds{{pods}}"
	r.add("RerankerCertificateEnding", "warning", "1h", "a pod serves a certificate that ends within a week",
		"min("+ends+" > 0) - time() < 604800")
	if n := r.in.Effective.Replicas; !r.in.Reranker.Spec.IsSuspended() && (n == nil || *n > 0) {
		r.add("RerankerMetricsAbsent", "warning", "15m", "no pod is scraped: every other alert is blind",
			"absent(quantumrerank_build_info{{pods}}) unless on () max("+r.standstill()+") == 1")
	}
}

// standstill is what the operator knows and spec does not say: an autoscaler of
// somebody else wants no pods.
func (r *rules) standstill() string {
	return fmt.Sprintf("quantumrerank_reranker_standstill{namespace=%q,name=%q}", r.in.Reranker.Namespace, r.in.Reranker.Name)
}

func (r *rules) rollout() {
	r.add("RerankerPodsMissing", "warning", "15m", "fewer pods are available than there should be",
		"max(kube_deployment_status_replicas_available{{objects}}) < max(kube_deployment_spec_replicas{{objects}})")
	r.add("RerankerRolloutStuck", "warning", "5m", "a rollout makes no progress",
		`max(kube_deployment_status_condition{{objects},condition="Progressing",status="false"}) == 1`)
}
