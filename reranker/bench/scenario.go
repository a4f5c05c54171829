// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Scenario is one load. Either Users and Requests are set, or Rate and
// Duration.
type Scenario struct {
	// Users send Requests requests each, all of them at once.
	Users, Requests int
	// Rate is in requests a second, kept for Duration.
	Rate     float64
	Duration time.Duration
	// Poisson spreads arrivals as independent callers would, instead of
	// evenly.
	Poisson bool
}

// Standard returns the three scenarios that a server is promised to bear.
func Standard() []Scenario {
	return []Scenario{{Users: 10, Requests: 10}, {Users: 50, Requests: 5}, {Users: 100, Requests: 2}}
}

// ParseScenario reads "USERSxREQUESTS", such as 10x10.
func ParseScenario(text string) (Scenario, error) {
	users, requests, found := strings.Cut(text, "x")
	u, errUsers := strconv.Atoi(users)
	r, errRequests := strconv.Atoi(requests)
	if !found || errUsers != nil || errRequests != nil || u < 1 || r < 1 || u > maxUsers || r > maxUsers {
		return Scenario{}, fmt.Errorf("scenario %q: want USERSxREQUESTS, such as 10x10, each from 1 to %d", text, maxUsers)
	}
	return Scenario{Users: u, Requests: r}, nil
}

// maxUsers bounds a scenario by what one machine can hold open.
const maxUsers = 10_000

// Open reports whether the scenario sends at a rate.
func (s Scenario) Open() bool { return s.Rate > 0 }

// Total is the number of requests of the scenario; an open one with Poisson
// arrivals sends about as many.
func (s Scenario) Total() int {
	if s.Open() {
		return int(s.Rate * s.Duration.Seconds())
	}
	return s.Users * s.Requests
}

// String names the scenario in reports.
func (s Scenario) String() string {
	if s.Open() {
		return fmt.Sprintf("%g/s for %v", s.Rate, s.Duration)
	}
	return fmt.Sprintf("%d users x %d", s.Users, s.Requests)
}
