// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package health

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The marks of memory as shares of the limit. The upper two are promised
// (warn at 0.8, refuse at 0.9); ready comes back only well below the mark, so
// that a pod does not flap in and out of its Service.
const (
	warnShare   = 0.80
	refuseShare = 0.90
	resumeShare = 0.85
)

// selfTestTimeout bounds one self-test: one pair of short texts takes a few
// milliseconds, so that seconds mean that the engine hangs.
const selfTestTimeout = 5 * time.Second

// answerTime is how long a caller waits for a self-test. On an idle core it takes
// a twentieth of that, beside work that occupies all of them about a third.
const answerTime = 300 * time.Millisecond

// selfTestReuse is how long one result answers for further calls. The route is
// open to everybody: it must not be a way to keep the engine busy.
const selfTestReuse = time.Second

// Memory is how much memory the pod uses and may use.
type Memory struct {
	UsedBytes, LimitBytes int64
}

// Share returns the used part of the limit, 0 without a limit.
func (m Memory) Share() float64 {
	if m.LimitBytes <= 0 {
		return 0
	}
	return float64(m.UsedBytes) / float64(m.LimitBytes)
}

// Breaker is the state of one circuit breaker.
type Breaker struct {
	State          string `json:"state"`
	FailuresInARow int    `json:"failures_in_a_row"`
	RetryAfterMs   int64  `json:"retry_after_ms,omitempty"`
}

// SelfTest runs a golden pair of texts through the engine. It returns their
// similarity and how long the engine took, and an error if the similarity is
// not the known one.
type SelfTest func(context.Context) (similarity float64, took time.Duration, err error)

// Checker answers the questions about a pod's health. Make it with New and set
// its fields before the first use. Safe for concurrent use.
type Checker struct {
	State *State
	// Memory reads the memory in use and its limit.
	Memory func() (Memory, error)
	// Now is time.Now unless set.
	Now func() time.Time
	// OnSelfTest is told each result, if set.
	OnSelfTest func(ok bool, now time.Time)

	mu       sync.Mutex
	engine   Engine
	refusing bool

	// running is closed when the self-test under way has ended; nil for none.
	running  chan struct{}
	last     EngineCheck
	lastTime time.Time
}

// New returns a Checker for a pod in the given state.
func New(state *State, memory func() (Memory, error)) *Checker {
	return &Checker{State: state, Memory: memory}
}

// Engine is what the checker asks about the engine once it is loaded.
type Engine struct {
	SelfTest SelfTest
	// Breakers returns the circuit breakers by name; nil for none.
	Breakers func() map[string]Breaker
}

// SetEngine makes the loaded engine known.
func (c *Checker) SetEngine(e Engine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.engine = e
}

func (c *Checker) loaded() (Engine, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.engine, c.engine.SelfTest != nil
}

func (c *Checker) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Ready reports whether the pod should get requests, and if not, why.
func (c *Checker) Ready() (ready bool, reason string) {
	switch phase, step := c.State.Phase(); phase {
	case Loading:
		return false, "loading: " + step
	case Draining:
		return false, "draining"
	}
	memory, err := c.Memory()
	if err != nil {
		// A figure that cannot be read is no reason to leave the Service: the
		// detailed check says so.
		return true, ""
	}
	if c.refuse(memory.Share()) {
		return false, fmt.Sprintf("high memory usage: %.0f %% of the limit", 100*memory.Share())
	}
	return true, ""
}

// refuse applies the marks with hysteresis.
func (c *Checker) refuse(share float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refusing {
		c.refusing = share >= resumeShare
	} else {
		c.refusing = share >= refuseShare
	}
	return c.refusing
}
