// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "strings"

type row struct {
	title  string
	panels []panel
}

type panel struct {
	title, note, kind, unit string
	stacked                 bool
	queries                 []query
}

type query struct{ expr, legend string }

// q makes a query; {pods} stands for the selector of the chosen Reranker's pods
// and comes first between the braces.
func q(expr, legend string) query {
	const pods = `namespace="$namespace",quantumrerank_io_reranker="$reranker"`
	return query{strings.ReplaceAll(expr, "{pods}", pods), legend}
}

func lines(title, unit, note string, queries ...query) panel {
	return panel{title: title, note: note, kind: "timeseries", unit: unit, queries: queries}
}

func stack(title, unit, note string, queries ...query) panel {
	p := lines(title, unit, note, queries...)
	p.stacked = true
	return p
}

func stat(title, unit, note string, queries ...query) panel {
	return panel{title: title, note: note, kind: "stat", unit: unit, queries: queries}
}

// quantile reads the classic buckets, which every Prometheus has.
func quantile(share, metric, more string) string {
	return "histogram_quantile(" + share + ", sum by (le) (rate(quantumrerank_" + metric + "_bucket{{pods}" + more + "}[$__rate_interval])))"
}

func rows() []row {
	return []row{
		{"Promises", []panel{
			lines("Rerank latency", "s", "Batches up to the size that the target is about, with the target.",
				q(quantile("0.5", "rerank_duration_seconds", `,batch!="larger"`), "p50"),
				q(quantile("0.95", "rerank_duration_seconds", `,batch!="larger"`), "p95"),
				q(quantile("0.99", "rerank_duration_seconds", `,batch!="larger"`), "p99"),
				q(`max(quantumrerank_slo_target_seconds{{pods},slo="rerank"})`, "target")),
			lines("Similarity latency", "s", "",
				q(quantile("0.5", "similarity_duration_seconds", ""), "p50"),
				q(quantile("0.95", "similarity_duration_seconds", ""), "p95"),
				q(`max(quantumrerank_slo_target_seconds{{pods},slo="similarity"})`, "target")),
			{
				title: "Rerank latency, all of it", kind: "heatmap", unit: "s",
				note:    "Each column is a moment; darker means more answers took that long.",
				queries: []query{q(`sum by (le) (rate(quantumrerank_rerank_duration_seconds_bucket{{pods}}[$__rate_interval]))`, "{{le}}")},
			},
		}},
		{"Traffic", []panel{
			stack("Requests by status", "reqps", "Errors of the server are 500 and 504, and 424 in the dialect of TEI.", q(`sum by (code) (rate(quantumrerank_http_requests_total{{pods},route!~"/health.*|other"}[$__rate_interval]))`, "{{code}}")),
			stack("Requests by dialect", "reqps", "", q(`sum by (dialect) (rate(quantumrerank_http_requests_total{{pods},dialect!="none"}[$__rate_interval]))`, "{{dialect}}")),
			stack("Problems told to callers", "reqps", "", q(`sum by (problem) (rate(quantumrerank_problems_total{{pods}}[$__rate_interval])) > 0`, "{{problem}}")),
		}},
		{"Capacity", []panel{
			lines("Workers busy", "percentunit", "1 is all cores of all pods.",
				q(`avg(quantumrerank_utilization_ratio{{pods}})`, "now"),
				q(`max(quantumrerank_utilization_ratio{{pods}})`, "busiest pod")),
			lines("Requests", "short", "",
				q(`sum(quantumrerank_running_requests{{pods}})`, "running"),
				q(`sum(quantumrerank_queue_depth{{pods},unit="requests"})`, "waiting"),
				q(`sum(quantumrerank_concurrency_limit{{pods}})`, "places")),
			stack("Refused", "reqps", "", q(`sum by (reason) (rate(quantumrerank_shed_total{{pods}}[$__rate_interval]))`, "{{reason}}")),
			lines("Lost", "reqps", "Work whose caller left, or whose time ran out.",
				q(`sum(rate(quantumrerank_cancelled_total{{pods}}[$__rate_interval]))`, "cancelled"),
				q(`sum(rate(quantumrerank_deadline_exceeded_total{{pods}}[$__rate_interval]))`, "deadline"),
				q(`sum(rate(quantumrerank_wasted_documents_total{{pods}}[$__rate_interval]))`, "documents wasted")),
		}},
		{"Answers", []panel{
			stack("Method used", "reqps", "", q(`sum by (method_used) (rate(quantumrerank_rerank_duration_seconds_count{{pods}}[$__rate_interval]))`, "{{method_used}}")),
			stack("Less than was asked for", "reqps", "", q(`sum by (reason) (rate(quantumrerank_degraded_total{{pods}}[$__rate_interval]))`, "{{reason}}")),
			lines("Breakers", "short", "1 while it is open.",
				q(`max by (engine) (quantumrerank_breaker_state{{pods},state="open"})`, "{{engine}} open"),
				q(`max by (engine) (quantumrerank_breaker_state{{pods},state="half-open"})`, "{{engine}} half-open")),
			stack("Where the time goes", "s", "Seconds of all requests in each stage, per second.",
				q(`sum by (stage) (rate(quantumrerank_stage_duration_seconds_sum{{pods}}[$__rate_interval]))`, "{{stage}}")),
		}},
		{"Documents", []panel{
			stack("Documents by outcome", "short", "A second.", q(`sum by (outcome) (rate(quantumrerank_rerank_documents_total{{pods}}[$__rate_interval]))`, "{{outcome}}")),
			lines("Documents of a request", "short", "",
				q(quantile("0.5", "rerank_documents", ""), "p50"), q(quantile("0.95", "rerank_documents", ""), "p95")),
			lines("Tokens", "short", "A second.",
				q(`sum by (kind) (rate(quantumrerank_tokens_total{{pods}}[$__rate_interval]))`, "{{kind}}"),
				q(`sum(quantumrerank_engine_tokens_per_second{{pods}})`, "measured speed")),
			lines("Cache hits", "percentunit", "",
				q(`sum(rate(quantumrerank_cache_lookups_total{{pods},result="hit"}[$__rate_interval])) / sum(rate(quantumrerank_cache_lookups_total{{pods}}[$__rate_interval]))`, "hits")),
		}},
		{"Memory", []panel{
			lines("Working set", "bytes", "",
				q(`quantumrerank_memory_used_bytes{{pods},kind="working_set"}`, "{{pod}}"),
				q(`max(quantumrerank_memory_limit_bytes{{pods}})`, "limit")),
			lines("Pressure", "percentunit", "From 0.8 on the pod takes measures, at 0.9 it is not ready.", q(`quantumrerank_memory_pressure_ratio{{pods}}`, "{{pod}}")),
			lines("Cache", "bytes", "",
				q(`sum(quantumrerank_cache_bytes{{pods}})`, "used"), q(`sum(quantumrerank_cache_bytes_limit{{pods}})`, "limit")),
			lines("Garbage collection", "percentunit", "Share of time spent in pauses.", q(`sum by (pod) (rate(go_gc_duration_seconds_sum{{pods}}[$__rate_interval]))`, "{{pod}}")),
		}},
		{"Pods", []panel{
			lines("Pods", "short", "",
				q(`sum(quantumrerank_ready{{pods}})`, "ready"),
				q(`sum(quantumrerank_draining{{pods}})`, "draining"),
				q(`max(quantumrerank_reranker_floor_pods{namespace="$namespace",name="$reranker"})`, "floor of the autoscaler")),
			lines("Conditions", "short", "1 while it is true.",
				q(`max by (condition) (quantumrerank_reranker_condition{namespace="$namespace",name="$reranker",status="True"})`, "{{condition}}")),
			lines("Self test", "short", "Runs in ten minutes.", q(`sum by (result) (increase(quantumrerank_selftest_total{{pods}}[10m]))`, "{{result}}")),
			stat("Builds and models", "short", "Pods of each.",
				q(`count by (version) (quantumrerank_build_info{{pods}})`, "{{version}}"),
				q(`count by (model, precision) (quantumrerank_model_info{{pods}})`, "{{model}} {{precision}}")),
		}},
	}
}
