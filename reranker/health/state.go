// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package health

import "sync"

// Phase is a part of a pod's life.
type Phase int

// Phases, in the order in which a pod passes them.
const (
	Loading Phase = iota
	Serving
	Draining
)

// State is where a pod stands in its life. It only moves forward: a pod that
// drains never becomes ready again. The zero value is loading. Safe for
// concurrent use.
type State struct {
	mu    sync.Mutex
	phase Phase
	step  string
}

// Step names what the pod is doing while it loads, for people who wait.
func (s *State) Step(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == Loading {
		s.step = step
	}
}

// Advance moves to phase and reports whether that was a step forward.
func (s *State) Advance(phase Phase) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if phase <= s.phase {
		return false
	}
	s.phase, s.step = phase, ""
	return true
}

// Phase returns the present phase and, while loading, the step.
func (s *State) Phase() (Phase, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == Loading && s.step == "" {
		return Loading, "starting"
	}
	return s.phase, s.step
}
