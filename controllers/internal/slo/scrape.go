// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package slo

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	corev1 "k8s.io/api/core/v1"

	"github.com/quantumrerank/quantumrerank/reranker/contract"
)

// Names of the pods' metrics.
const (
	rerankMetric     = "quantumrerank_rerank_duration_seconds"
	similarityMetric = "quantumrerank_similarity_duration_seconds"
	shedMetric       = "quantumrerank_shed_total"
	deadlineMetric   = "quantumrerank_deadline_exceeded_total"
	memoryMetric     = "process_resident_memory_bytes"
	cpuMetric        = "process_cpu_seconds_total"
)

const (
	// scrapeTimeout is long for a page of counters and short against the
	// period, so that a hanging pod delays nobody.
	scrapeTimeout = time.Second
	// maxPage bounds what a pod can make the operator read.
	maxPage = 4 << 20
)

// Scraper asks pods for their counters.
type Scraper struct {
	Client *http.Client
	// Address is where a pod serves its metrics, as host:port.
	Address func(*corev1.Pod) string
}

// NewScraper asks pods at their own addresses.
func NewScraper() *Scraper {
	transport := &http.Transport{
		Proxy:               nil,
		MaxIdleConnsPerHost: 1,
		IdleConnTimeout:     time.Minute,
		DisableCompression:  true,
	}
	client := &http.Client{Transport: transport, Timeout: scrapeTimeout, CheckRedirect: stay}
	return &Scraper{Client: client, Address: podAddress}
}

// stay follows no redirect: a pod must not choose whom the operator asks.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func podAddress(pod *corev1.Pod) string {
	return net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(contract.MetricsPort))
}

// Scrape reads one pod.
func (s *Scraper) Scrape(ctx context.Context, pod *corev1.Pod, now time.Time) (Sample, error) {
	url := "http://" + s.Address(pod) + contract.PathMetrics
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Sample{}, fmt.Errorf("scrape pod %q: %w", pod.Name, err)
	}
	resp, err := s.Client.Do(req)
	if err != nil {
		return Sample{}, fmt.Errorf("scrape pod %q: %w", pod.Name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Sample{}, fmt.Errorf("scrape pod %q: status %s", pod.Name, resp.Status)
	}
	sample, err := parse(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return Sample{}, fmt.Errorf("scrape pod %q: %w", pod.Name, err)
	}
	sample.At = now
	return sample, nil
}

// parse reads the text format. A page without the histograms is an error, not
// a pod without requests.
func parse(page io.Reader) (Sample, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		return Sample{}, err
	}
	if families[rerankMetric] == nil || families[similarityMetric] == nil {
		return Sample{}, fmt.Errorf("the page has no %s or no %s", rerankMetric, similarityMetric)
	}
	return Sample{
		Rerank:      histogram(families[rerankMetric]),
		Similarity:  histogram(families[similarityMetric]),
		Refused:     refused(families[shedMetric]) + total(families[deadlineMetric]),
		MemoryBytes: total(families[memoryMetric]),
		CPUSeconds:  total(families[cpuMetric]),
	}, nil
}

// histogram adds up the series of a family but those of reranks that are
// larger than the target's batch: the target is no promise about them.
func histogram(family *dto.MetricFamily) Histogram {
	counts := map[float64]float64{}
	for _, m := range family.GetMetric() {
		if label(m, contract.MetricLabelBatch) == contract.BatchLarger {
			continue
		}
		for _, b := range m.GetHistogram().GetBucket() {
			counts[b.GetUpperBound()] += float64(b.GetCumulativeCount())
		}
	}
	out := make(Histogram, 0, len(counts))
	for bound, count := range counts {
		out = append(out, Bucket{bound, count})
	}
	return out.sorted()
}

// refused counts the requests that a pod turned away for want of capacity. One
// that is loading or ending turns requests away for another reason.
func refused(family *dto.MetricFamily) float64 {
	var sum float64
	for _, m := range family.GetMetric() {
		switch label(m, contract.MetricLabelReason) {
		case contract.ShedDraining, contract.ShedLoading:
		default:
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}

func label(m *dto.Metric, name string) string {
	for _, pair := range m.GetLabel() {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}

// total adds up gauges or counters.
func total(family *dto.MetricFamily) float64 {
	var sum float64
	for _, m := range family.GetMetric() {
		sum += m.GetGauge().GetValue() + m.GetCounter().GetValue()
	}
	return sum
}
