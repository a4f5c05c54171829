// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// alias is a series that dashboards for Text Embeddings Inference (TEI) look
// for, made of series of ours when somebody scrapes: nothing is counted twice.
type alias struct {
	name, help string
	from       string                       // the family, after the namespace
	where      func(map[string]string) bool // which of its series are added up
	labels     map[string]string
}

// teiMethod is what TEI calls requests with several inputs.
var teiMethod = map[string]string{"method": "batch"}

// teiAliases follow the names of TEI 1.9. Durations are in seconds there too.
// TEI counts one kind of request twice and another never as a success; these
// do not. Its request_tokenization_duration is missing: tokens are made within
// the encoder's batches.
func teiAliases(routes []Route) []alias {
	works := func(l map[string]string) bool {
		return slices.ContainsFunc(routes, func(r Route) bool { return r.Works && r.Pattern == l["route"] })
	}
	answered := func(l map[string]string) bool { return works(l) && strings.HasPrefix(l["code"], "2") }
	failure := func(err string, codes ...string) alias {
		return alias{
			"request_failure", "Requests that failed, by cause.", "http_requests_total",
			func(l map[string]string) bool { return works(l) && slices.Contains(codes, l["code"]) },
			map[string]string{"err": err},
		}
	}
	stage := func(name, help, stage string) alias {
		return alias{name, help, "stage_duration_seconds", func(l map[string]string) bool { return l["stage"] == stage }, nil}
	}
	return []alias{
		{"request_count", "Requests for work.", "http_requests_total", works, teiMethod},
		{"request_success", "Requests for work that were answered.", "http_requests_total", answered, teiMethod},
		failure("dropped", "499"),
		failure("inference", failureForTEI, "500", "504"),
		failure("overloaded", "429", "503"),
		failure("validation", "400", "405", "413", "415", "422"),
		{"request_duration", "Time of requests for work.", "http_request_duration_seconds", works, nil},
		stage("request_queue_duration", "Time that requests waited.", "queue"),
		stage("request_inference_duration", "Time in the encoder.", "encode"),
		{"queue_size", "Requests that wait.", "queue_depth", func(l map[string]string) bool { return l["unit"] == "requests" }, nil},
	}
}

// withTEI adds the series of teiAliases to what another gatherer has.
type withTEI struct {
	prometheus.Gatherer
	aliases []alias
}

// Gather implements prometheus.Gatherer.
func (g withTEI) Gather() ([]*dto.MetricFamily, error) {
	families, err := g.Gatherer.Gather()
	byName := map[string]*dto.MetricFamily{}
	for _, f := range families {
		byName[f.GetName()] = f
	}
	added := map[string]*dto.MetricFamily{}
	for _, a := range g.aliases {
		source := byName[namespace+"_"+a.from]
		if source == nil {
			continue // the ranker's series come when the model is loaded
		}
		f := added[a.name]
		if f == nil {
			f = &dto.MetricFamily{Name: proto.String("te_" + a.name), Help: proto.String(a.help), Type: source.Type.Enum()}
			added[a.name] = f
			families = append(families, f)
		}
		f.Metric = append(f.Metric, a.of(source))
	}
	slices.SortFunc(families, func(x, y *dto.MetricFamily) int { return strings.Compare(x.GetName(), y.GetName()) })
	return families, err
}

// of adds up the chosen series of a family.
func (a *alias) of(family *dto.MetricFamily) *dto.Metric {
	sum := &dto.Metric{}
	for _, name := range slices.Sorted(maps.Keys(a.labels)) {
		sum.Label = append(sum.Label, &dto.LabelPair{Name: proto.String(name), Value: proto.String(a.labels[name])})
	}
	for _, m := range family.GetMetric() {
		if a.where(labelsOf(m)) {
			add(sum, m)
		}
	}
	return sum
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}

// add adds the value of m to sum. Histograms of one family have the same
// classic buckets; native ones are left out.
func add(sum, m *dto.Metric) {
	switch {
	case m.Counter != nil:
		sum.Counter = &dto.Counter{Value: proto.Float64(sum.GetCounter().GetValue() + m.Counter.GetValue())}
	case m.Gauge != nil:
		sum.Gauge = &dto.Gauge{Value: proto.Float64(sum.GetGauge().GetValue() + m.Gauge.GetValue())}
	case m.Histogram != nil:
		before := sum.GetHistogram()
		h := &dto.Histogram{
			SampleCount: proto.Uint64(before.GetSampleCount() + m.Histogram.GetSampleCount()),
			SampleSum:   proto.Float64(before.GetSampleSum() + m.Histogram.GetSampleSum()),
		}
		for i, b := range m.Histogram.GetBucket() {
			count := b.GetCumulativeCount()
			if i < len(before.GetBucket()) {
				count += before.Bucket[i].GetCumulativeCount()
			}
			h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: proto.Float64(b.GetUpperBound()), CumulativeCount: proto.Uint64(count)})
		}
		sum.Histogram = h
	}
}
