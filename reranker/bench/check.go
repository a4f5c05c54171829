// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import "fmt"

// Limits are what a scenario must hold. A negative limit is none.
type Limits struct {
	// P95Ms is the largest 95th percentile, in milliseconds.
	P95Ms float64
	// RequestsPerMinute is the least number of answers a minute.
	RequestsPerMinute float64
	// ErrorRate and ShedRate are the largest shares, 0 to 1.
	ErrorRate, ShedRate float64
	// DegradedShare is the largest share of degraded answers, 0 to 1.
	DegradedShare float64
}

// Check is one target and whether it was met.
type Check struct {
	Name     string `json:"name"`
	Target   string `json:"target"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
	Note     string `json:"note,omitempty"`
}

// Judge compares a scenario with its limits. A scenario without an answer
// meets no limit of time.
func (l Limits) Judge(s Summary) []Check {
	var checks []Check
	add := func(limit float64, c Check) {
		if limit >= 0 {
			c.Name = s.Scenario + ": " + c.Name
			checks = append(checks, c)
		}
	}
	add(l.P95Ms, Check{
		Name: "95 % of answers", Target: fmt.Sprintf("<= %.0f ms", l.P95Ms),
		Measured: fmt.Sprintf("%.1f ms", s.P95Ms), Met: s.Answered > 0 && s.P95Ms <= l.P95Ms,
	})
	add(l.RequestsPerMinute, Check{
		Name: "answers a minute", Target: fmt.Sprintf(">= %.0f", l.RequestsPerMinute),
		Measured: fmt.Sprintf("%.0f", 60*s.RequestsPerSecond), Met: 60*s.RequestsPerSecond >= l.RequestsPerMinute,
	})
	rate := func(name string, limit, got float64) {
		add(limit, Check{
			Name: name, Target: "<= " + percent(limit), Measured: percent(got),
			Met: s.Requests > 0 && got <= limit,
		})
	}
	rate("errors", l.ErrorRate, s.ErrorRate)
	rate("sheds", l.ShedRate, s.ShedRate)
	rate("degraded", l.DegradedShare, s.DegradedShare)
	return checks
}

// Met reports whether all checks were met, and that there were any.
func Met(checks []Check) bool {
	for _, c := range checks {
		if !c.Met {
			return false
		}
	}
	return len(checks) > 0
}

func percent(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) }
