// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Report is everything that a run found out.
type Report struct {
	URL       string    `json:"url"`
	Started   time.Time `json:"started"`
	Server    Server    `json:"server"`
	Scenarios []Summary `json:"scenarios"`
	Checks    []Check   `json:"checks"`
	Met       bool      `json:"targets_met"`
	// results are the samples behind the scenarios, for plots.
	results []Result
}

// Add puts a result into the report and judges it.
func (r *Report) Add(result Result, l Limits) Summary {
	s := Summarize(result)
	r.Scenarios = append(r.Scenarios, s)
	r.results = append(r.results, result)
	r.AddChecks(l.Judge(s)...)
	return s
}

// AddChecks adds targets that were judged elsewhere.
func (r *Report) AddChecks(checks ...Check) {
	r.Checks = append(r.Checks, checks...)
	r.Met = Met(r.Checks)
}

// JSON writes the report for programs.
func (r *Report) JSON(out io.Writer) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// Table writes the report for people.
func (r *Report) Table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.Scenarios) > 0 {
		fmt.Fprintln(w, "scenario\trequests\trps\tmean\tmedian\tp95\tp99\tmax\tmin\terrors\tsheds\tdegraded\t")
		for _, s := range r.Scenarios {
			fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%s\t%s\t%s\t\n", s.Scenario, s.Requests,
				s.RequestsPerSecond, s.MeanMs, s.MedianMs, s.P95Ms, s.P99Ms, s.MaxMs, s.MinMs,
				percent(s.ErrorRate), percent(s.ShedRate), percent(s.DegradedShare))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(out, "Times are in milliseconds, of answered requests.")
		r.errors(out)
		fmt.Fprintln(out)
	}
	return r.checks(out)
}

func (r *Report) errors(out io.Writer) {
	for _, s := range r.Scenarios {
		for _, cause := range causes(s) {
			fmt.Fprintf(out, "%s: %d times %s\n", s.Scenario, s.Causes[cause], cause)
		}
	}
}

func (r *Report) checks(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tTARGET\tWANT\tMEASURED\t")
	for _, c := range r.Checks {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", mark(c.Met), c.Name, c.Target, c.Measured, c.Note)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	verdict := "All targets are met."
	if !r.Met {
		verdict = "NOT all targets are met."
	}
	_, err := fmt.Fprintln(out, "\n"+verdict)
	return err
}

func mark(met bool) string {
	if met {
		return "ok"
	}
	return "MISSED"
}
