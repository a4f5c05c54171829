// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/quantumrerank/quantumrerank/api/v1alpha1"
	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Kinds of the Prometheus operator are written as plain maps: importing their
// types would tie this module to a release of theirs.
type object = map[string]any

// podLabel is LabelReranker as Prometheus spells it.
const podLabel = "quantumrerank_io_reranker"

// PodMonitor tells a Prometheus to scrape the pods. It is nil where the
// cluster does not know the kind.
func PodMonitor(in Input) object {
	if !in.Monitoring.PodMonitor || monitoring(in).PodMonitor == v1alpha1.ModeDisabled {
		return nil
	}
	return monitor(in, "PodMonitor", object{
		"selector":        object{"matchLabels": SelectorLabels(in.Reranker)},
		"podTargetLabels": []string{v1alpha1.LabelReranker},
		"podMetricsEndpoints": []object{{
			"port": contract.MetricsPortName, "path": contract.PathMetrics, "interval": "15s",
		}},
	})
}

// PrometheusRule warns of missed targets. It is nil where the cluster does not
// know the kind.
func PrometheusRule(in Input) object {
	if !in.Monitoring.PrometheusRule || monitoring(in).Rules == v1alpha1.ModeDisabled {
		return nil
	}
	return monitor(in, "PrometheusRule", object{
		"groups": []object{{"name": Name(in.Reranker), "rules": alerts(in)}},
	})
}

func monitoring(in Input) v1alpha1.MonitoringSpec {
	if m := in.Reranker.Spec.Monitoring; m != nil {
		return *m
	}
	return v1alpha1.MonitoringSpec{}
}

func monitor(in Input, kind string, spec object) object {
	rr := in.Reranker
	return object{
		"apiVersion": KindPodMonitor.GroupVersion().String(),
		"kind":       kind,
		"metadata": object{
			"name": Name(rr), "namespace": rr.Namespace,
			"labels":          merge(monitoring(in).Labels, Labels(rr)),
			"ownerReferences": []any{owner(rr)},
		},
		"spec": spec,
	}
}

func alerts(in Input) []object {
	t := in.Effective.Targets
	pods := fmt.Sprintf("namespace=%q,%s=%q", in.Reranker.Namespace, podLabel, in.Reranker.Name)
	rate := func(metric string) string {
		return fmt.Sprintf("sum(rate(quantumrerank_%s{%s}[5m]))", metric, pods)
	}
	answered := rate("rerank_duration_seconds_count")
	return []object{
		alert(in, "RerankerRerankTooSlow", "warning", "10m", "reranks miss their latency target",
			late(pods+fmt.Sprintf(",%s!=%q", contract.MetricLabelBatch, contract.BatchLarger), "rerank_duration_seconds", *t.RerankLatencyMilliseconds, *t.Percentile)),
		alert(in, "RerankerSimilarityTooSlow", "warning", "10m", "similarities miss their latency target",
			late(pods, "similarity_duration_seconds", *t.SimilarityLatencyMilliseconds, *t.Percentile)),
		alert(in, "RerankerSheddingLoad", "warning", "10m", "more than 5 % of requests are refused for lack of capacity",
			fmt.Sprintf("%s > 0.05 * (%s + %s)", rate("shed_total"), answered, rate("shed_total"))),
		alert(in, "RerankerDegraded", "warning", "15m", "more than 10 % of answers are not all that was asked for",
			fmt.Sprintf("%s > 0.1 * %s", rate("degraded_total"), answered)),
		alert(in, "RerankerNotReady", "critical", "5m", "no pod is ready",
			fmt.Sprintf("sum(quantumrerank_ready{%s}) == 0", pods)),
		alert(in, "RerankerPanicked", "warning", "0m", "a request made the server panic; its log has the stack",
			fmt.Sprintf("sum(increase(quantumrerank_panics_total{%s}[15m])) > 0", pods)),
	}
}

// late is true while too few requests are within their target, and enough came
// to tell. Prometheus writes the bound of a bucket with or without a decimal
// point, depending on its version.
func late(pods, metric string, targetMs, percentile int32) string {
	bound := strconv.FormatFloat(float64(targetMs)/1000, 'f', -1, 64)
	pattern := strings.ReplaceAll(bound, ".", "[.]")
	if seconds := float64(targetMs) / 1000; seconds == math.Trunc(seconds) {
		pattern += "([.]0)?"
	}
	return fmt.Sprintf(
		"sum(rate(quantumrerank_%[1]s_bucket{%[2]s,le=~%[3]q}[5m])) < %[4]v * sum(rate(quantumrerank_%[1]s_count{%[2]s}[5m]))"+
			" and sum(increase(quantumrerank_%[1]s_count{%[2]s}[5m])) >= 50",
		metric, pods, pattern, float64(percentile)/100)
}

func alert(in Input, name, severity, wait, summary, expr string) object {
	return object{
		"alert": name, "expr": expr, "for": wait,
		"labels":      object{"severity": severity, "namespace": in.Reranker.Namespace, "reranker": in.Reranker.Name},
		"annotations": object{"summary": fmt.Sprintf("Reranker %s/%s: %s", in.Reranker.Namespace, in.Reranker.Name, summary)},
	}
}
