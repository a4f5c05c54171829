// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package build

import (
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
