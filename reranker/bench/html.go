// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed report.html
var page string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"ms":      func(v float64) string { return fmt.Sprintf("%.1f", v) },
	"percent": percent,
	"mark":    mark,
	"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"causes":  causes,
}).Parse(page))

// HTML writes the report as one page that needs nothing from elsewhere.
func (r *Report) HTML(out io.Writer) error {
	type scenario struct {
		Summary
		Timeline, Quantiles template.HTML
	}
	data := struct {
		*Report
		Plots []scenario
	}{Report: r}
	for i, s := range r.Scenarios {
		samples := r.results[i].Samples
		data.Plots = append(data.Plots, scenario{
			Summary: s,
			// Made of numbers by this package alone: nothing to escape.
			Timeline:  template.HTML(timeline(samples)),
			Quantiles: template.HTML(quantiles(samples)),
		})
	}
	return reportPage.Execute(out, data)
}
