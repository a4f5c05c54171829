// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package server

import (
	"net/http"

	"github.com/quantumrerank/quantumrerank/reranker/health"
	"github.com/quantumrerank/quantumrerank/reranker/server/api"
)

// simple is the body of the small health routes, in the API's words.
type simple struct {
	Status    string  `json:"status"`
	Timestamp float64 `json:"timestamp,omitempty"`
	// Object and Message are what NIM's clients read.
	Object  string `json:"object,omitempty"`
	Message string `json:"message,omitempty"`
}

// healthBasic says that the process answers.
func (x *exchange) healthBasic() error {
	return x.answer(http.StatusOK, simple{Status: health.Healthy, Timestamp: health.Timestamp(x.start)})
}

// healthLive says that the process is alive. It touches nothing.
func (x *exchange) healthLive() error {
	return x.answer(http.StatusOK, simple{
		Status: "alive", Object: "health.response", Message: "Service is live.",
	})
}

// healthReady says whether the pod should get requests.
func (x *exchange) healthReady() error {
	ready, reason := x.s.health.Ready()
	if !ready {
		code := api.CodeLoading
		if phase, _ := x.s.state.Phase(); phase == health.Draining {
			code = api.CodeDraining
		}
		return api.NewProblem(code, "not ready: %s", reason)
	}
	return x.answer(http.StatusOK, simple{
		Status: "ready", Object: "health.response", Message: "Service is ready.",
	})
}

// healthDetailed runs every check.
func (x *exchange) healthDetailed() error {
	report := x.s.health.Detailed(x.r.Context())
	status := http.StatusOK
	if report.Status == health.Unhealthy {
		status = http.StatusServiceUnavailable
	}
	return x.answer(status, report)
}
